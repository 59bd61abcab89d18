/** What speaks for and against each way beside its price. */
export type Strength = { readonly aspect: string; readonly rent: string; readonly run: string }

/** The weighing of 2023 that still holds, in the order in which it usually decides. */
export const STRENGTHS: readonly Strength[] = [
  {
    aspect: 'Quality',
    rent: 'The best models are sold only as an API; a new one is one setting away.',
    run: 'Open models follow behind the frontier; on a narrow task a tuned one can lead.',
  },
  {
    aspect: 'Control',
    rent: 'The vendor changes and retires models on its own dates, and sets rate limits.',
    run: 'The weights stay as they are; versions, limits and settings are yours.',
  },
  {
    aspect: 'Privacy',
    rent: 'Prompts leave the house; contracts say what happens to them.',
    run: 'Prompts stay in your own account and region.',
  },
  {
    aspect: 'Outages',
    rent: "The vendor's outage is yours; a second vendor is the remedy.",
    run: 'Your own machines fail too; spare replicas and people on call are the remedy.',
  },
  {
    aspect: 'Expertise',
    rent: 'None beyond calling an API.',
    run: 'Serving, scaling, upgrades and on-call need people, who cost money too.',
  },
  {
    aspect: 'Fine-tuning',
    rent: 'Offered for some models, at a higher price per token.',
    run: 'Any method on any open model; training hours are a cost of their own.',
  },
  {
    aspect: 'Cost over volume',
    rent: 'Proportional: nothing at rest, and no discount for size unless negotiated.',
    run: 'In steps: idle hours are paid, and each request gets cheaper up to a full machine.',
  },
]
