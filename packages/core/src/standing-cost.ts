import type { Catalog } from './catalog.ts'
import { everyDay, type Part, perRequest } from './hosted-part.ts'
import type { Deployment } from './option.ts'
import { findService, serviceLine } from './service-cost.ts'
import { BYTES_PER_GB, DAYS_PER_MONTH } from './units.ts'

/**
 * What stands around a deployment on AWS whether or not requests come: the same numbers are priced here and deployed by the
 * stack, and a test walks from one to the other.
 */
export const STANDING: {
  readonly alarms: number
  readonly scalingAlarms: number
  readonly firewallRules: number
  readonly budgets: number
  readonly logDays: number
} = {
  /** Server errors, p95 latency, no capacity. */
  alarms: 3,
  /** A target tracking policy on a metric of ten seconds makes two alarms of its own, one for each direction. */
  scalingAlarms: 2,
  /** Addresses known to be bad, and too many requests from one address. */
  firewallRules: 2,
  budgets: 1,
  logDays: 30,
}

/** A ledger line with the 26 bytes that CloudWatch adds to each event, and the line of the model server's access log. */
const LEDGER_BYTES = 650
const SERVER_LOG_BYTES = 150
/** What an HTTP API writes of each request. */
const ACCESS_LOG_BYTES = 250

/** Bytes of logs that one request leaves behind. */
export const logBytesPerRequest = ({ front, instance }: Pick<Deployment, 'front' | 'instance'>): number =>
  (front === 'none' ? 0 : LEDGER_BYTES) +
  (front === 'http' ? ACCESS_LOG_BYTES : 0) +
  (instance.service === 'sagemaker' ? SERVER_LOG_BYTES : 0)

type Around = { readonly deployment: Deployment; readonly services: Catalog['services'] }

/** So many of a thing that is billed by the month. */
const monthly = ({ deployment, services }: Around, id: string, item: string, count: number): Part | undefined => {
  const rate = findService(services, id, deployment.region)
  return rate && everyDay(rate.id, serviceLine(item, rate, count / DAYS_PER_MONTH))
}

const firewall = (around: Around): readonly (Part | undefined)[] =>
  around.deployment.front === 'rest'
    ? [
        monthly(around, 'waf/web-acl', 'web firewall', 1),
        monthly(around, 'waf/rule', 'web firewall rules', STANDING.firewallRules),
      ]
    : []

const scalingAlarms = (around: Around): Part | undefined =>
  around.deployment.instance.service === 'sagemaker'
    ? monthly(around, 'cloudwatch/alarm-high-resolution', 'alarms of the scaling policy', STANDING.scalingAlarms)
    : undefined

const budget = ({ deployment, services }: Around): Part | undefined => {
  const rate = findService(services, 'budgets/budget', deployment.region)
  return rate && everyDay(rate.id, serviceLine('budget', rate, STANDING.budgets))
}

const withRequest = (
  { deployment, services }: Around,
  id: string,
  item: string,
  quantity: number,
): Part | undefined => {
  const rate = findService(services, id, deployment.region)
  return rate && perRequest(item, rate, quantity)
}

/**
 * What guards and watches a deployment on AWS: a web firewall before a REST API, alarms, a budget, logs. Nothing for a machine
 * of one's own with nothing of AWS before it.
 */
export const aroundParts = (
  around: Around,
): { readonly everyDay: readonly (Part | undefined)[]; readonly withRequests: readonly (Part | undefined)[] } => {
  const { front, instance } = around.deployment
  if (instance.service === 'own' && front === 'none') return { everyDay: [], withRequests: [] }
  const logGb = logBytesPerRequest(around.deployment) / BYTES_PER_GB
  const kept = `ledger and logs, kept ${STANDING.logDays} days`
  return {
    everyDay: [
      ...firewall(around),
      monthly(around, 'cloudwatch/alarm', 'alarms', STANDING.alarms),
      scalingAlarms(around),
      budget(around),
    ],
    withRequests: [
      front === 'rest' ? withRequest(around, 'waf/requests', 'web firewall, requests', 1) : undefined,
      withRequest(around, 'cloudwatch/logs-ingestion', 'ledger and logs, taken in', logGb),
      withRequest(around, 'cloudwatch/logs-archival', kept, (logGb * STANDING.logDays) / DAYS_PER_MONTH),
    ],
  }
}
