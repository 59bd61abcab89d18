import type { Comparison, Sure } from '@breakeven/core'
import { SURENESS } from '@breakeven/core'
import type { VNode } from 'preact'
import { useReader } from './context.ts'

/** How many of the cheapest options are looked at: those that a reader would choose from. */
const LOOKED_AT = 20

type Weight = { readonly sure: Sure; readonly lines: number; readonly usd: number }

const weightsOf = ({ options }: Comparison): readonly Weight[] => {
  const lines = options.slice(0, LOOKED_AT).flatMap((option) => option.lines)
  return SURENESS.map((sure) => {
    const graded = lines.filter((line) => line.sure === sure)
    return { sure, lines: graded.length, usd: graded.reduce((sum, { usd }) => sum + usd, 0) }
  }).filter((weight) => weight.lines > 0)
}

/** Receipt lines by how sure they are, with what each grade means. */
export const Sureness = ({ comparison }: { readonly comparison: Comparison }): VNode => {
  const { texts, figures } = useReader()
  const weights = weightsOf(comparison)
  const all = weights.reduce((sum, { usd }) => sum + usd, 0)
  return (
    <section class="block" aria-labelledby="sure-title">
      <h2 id="sure-title">{texts.sureness}</h2>
      <dl class="sureness">
        {weights.map(({ sure, lines, usd }) => (
          <div key={sure}>
            <dt>
              <span class={`sure sure-${sure}`}>{texts.sure[sure]}</span>
            </dt>
            <dd>
              {texts.sureMeaning[sure]}{' '}
              <span class="hint">
                {texts.surenessLine(figures.count(lines), figures.percent(all > 0 ? usd / all : 0))}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
