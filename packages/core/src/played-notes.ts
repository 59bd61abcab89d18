import type { PlayedFleet, PlayedHybrid, PricedOption } from './comparison.ts'
import type { FleetProof } from './play.ts'
import type { Latencies } from './replica-latency.ts'

/** What the simulator saw, where it was asked. */
export type Simulated = {
  readonly latencies: Latencies
  readonly closedFormRequestsPerSecond: number
  /** The fleet as it was played; absent where there was nothing to play. */
  readonly fleet?: FleetProof
  readonly on?: PlayedFleet['on']
}

const seconds = (value: number): string => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`)

/** What one replica does at its full rate. */
export const simulatedNote = ({ latencies, closedFormRequestsPerSecond }: Simulated): string =>
  `simulated: at its full rate ${p95Text(latencies)}; the closed form gave ${closedFormRequestsPerSecond.toPrecision(3)} requests/s a replica`

/** What was played, in words. */
export const ON_TEXT: Readonly<Record<PlayedFleet['on'], string>> = {
  rows: 'the traffic as it came',
  minutes: 'the traffic minute by minute',
  assumed: 'a day of the assumed shape',
}

const requestsText = (count: number, parts: number): string =>
  `${count.toLocaleString('en-US')} requests${parts > 1 ? `, one part in ${parts} of fleet and traffic` : ''}`

/** An encoder gives no further token. */
const p95Text = ({ ttft, tpot }: Pick<Latencies, 'ttft' | 'tpot'>): string =>
  `p95 is ${seconds(ttft.p95)} to the first token${tpot.p95 > 0 ? ` and ${seconds(tpot.p95)} a token` : ''}`

/** How the fleet fared on the traffic. */
export const fleetNote = (
  { replicas, meanReplicas, sizedReplicas, latencies, requestsPlayed, parts }: FleetProof,
  on: PlayedFleet['on'],
): string => {
  const count = `${replicas.toLocaleString('en-US')} ${replicas === 1 ? 'replica' : 'replicas'}`
  const many =
    meanReplicas === replicas ? count : `at most ${count} by the hour, ${meanReplicas.toFixed(1)} paid on average,`
  const seen = `${p95Text(latencies)}, within the target`
  const where = `${ON_TEXT[on]} (${requestsText(requestsPlayed, parts)})`
  return replicas > sizedReplicas
    ? `the rate of one replica asks for ${sizedReplicas.toLocaleString('en-US')}, which missed the target when ${where} was played; with ${many} ${seen}`
    : `played on ${where}: with ${many} ${seen}`
}

/** The same as figures. */
export const playedOf = ({ fleet, on }: Simulated): Pick<PricedOption, 'played'> =>
  fleet === undefined || on === undefined
    ? {}
    : {
        played: {
          on,
          requestsPlayed: fleet.requestsPlayed,
          parts: fleet.parts,
          sizedReplicas: fleet.sizedReplicas,
          replicas: fleet.replicas,
          ttftSeconds: fleet.latencies.ttft,
          tpotSeconds: fleet.latencies.tpot,
        },
      }

export const shareText = (share: number): string => `${(100 * share).toFixed(share < 0.001 ? 3 : 1)} %`

/** How a hybrid fared on a day, and what other numbers of machines would cost. */
export const hybridNotes = (seen: PlayedHybrid): readonly string[] => {
  const { machines, replicas, requestsAtOnce, callsOver, inputTokensOver, outputTokensOver, tried } = seen
  const { ownTtftSeconds: ttft, ownTpotSeconds: tpot } = seen
  const each = replicas === 1 ? 'the replica takes' : `each of ${replicas.toLocaleString('en-US')} replicas takes`
  const others = tried.filter((one) => one.machines !== machines)
  const compared = others.map(
    (one) => `${one.machines} $${one.usdPerDay.toFixed(2)} (${shareText(one.callsOver)} of calls over)`,
  )
  const own = tried.find((one) => one.machines === machines)?.usdPerDay ?? 0
  return [
    `simulated on ${ON_TEXT[seen.on]} (${requestsText(seen.requestsPlayed, 1)}): ${each} at most ${requestsAtOnce} requests at a time, so that p95 stays ${seconds(ttft.p95)} to the first token and ${seconds(tpot.p95)} a token; who finds no place goes to the renter at once: ${shareText(callsOver)} of calls, ${shareText(inputTokensOver)} of prompt and ${shareText(outputTokensOver)} of completion tokens`,
    `own machines alone, enough for the peak, cost $${seen.ownAloneUsdPerDay.toFixed(2)} a day; the renter alone $${seen.renterAloneUsdPerDay.toFixed(2)}`,
    'the latency of the renter stands in no price list and is not counted',
    ...(compared.length === 0
      ? []
      : [`machines and renter come to $${own.toFixed(2)} a day with ${machines} of them; with ${compared.join(', ')}`]),
  ]
}
