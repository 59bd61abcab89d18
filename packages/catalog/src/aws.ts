import { BYTES_PER_GB, InputError, leastSure } from '@breakeven/core'
import type { Accelerator, Instance, InstanceRate, ServiceRate, ServiceTier } from '@breakeven/core'
import { z } from 'zod'

import { csvCount, csvFlag, csvPositive, csvProvenance, csvShare, text } from './cells.ts'
import { readCsv, refuseUnknown } from './source-file.ts'
import type { SourceFile } from './source-file.ts'

/** The text of a file of data/, and the name to show where it is wrong. */
export type NamedText = { readonly text: string; readonly file: string }

const instanceShape = z.strictObject({
  type: text,
  sold_as: z.string().regex(/^(ec2|sagemaker|ec2 sagemaker)$/, { error: 'expected ec2, sagemaker or "ec2 sagemaker"' }),
  accelerator: text,
  accelerator_count: csvCount,
  vcpus: csvCount,
  ram_gib: csvCount,
  local_disk: csvFlag,
  ...csvProvenance,
})

const rateShape = z.strictObject({
  instance: text,
  region: text,
  purchase: z.enum(['on-demand', 'one-year', 'spot']),
  usd_per_hour: csvPositive,
  ...csvProvenance,
})

const upliftShape = z.strictObject({ family: text, size: text.exactOptional(), factor: csvPositive, ...csvProvenance })

const cpuShape = z.strictObject({
  family: text,
  cpu: text,
  fp32_flop_per_cycle: csvPositive,
  bf16_flop_per_cycle: csvPositive.exactOptional(),
  int8_op_per_cycle: csvPositive,
  ghz: csvPositive,
  gb_per_second: csvPositive,
  compute_share: csvShare,
  bandwidth_share: csvShare,
  launch_microseconds: csvPositive,
  ...csvProvenance,
})

const serviceShape = z.strictObject({
  id: text,
  region: text,
  unit: text,
  up_to: csvPositive.exactOptional(),
  usd: csvPositive,
  note: text.exactOptional(),
  ...csvProvenance,
})

type InstanceRow = z.infer<typeof instanceShape>
type RateRow = z.infer<typeof rateShape>
type UpliftRow = z.infer<typeof upliftShape>
type CpuRow = z.infer<typeof cpuShape>

const BYTES_PER_GIB = 1024 ** 3
/** A physical core of these machines runs two threads, and AWS sells threads. */
const VCPUS_PER_CORE = 2

const familyOf = (type: string): string => type.slice(0, type.indexOf('.'))

/** What SageMaker asks for a type over EC2's price; a family's `xlarge` has its own factor where it differs. */
const upliftOf = (uplifts: readonly UpliftRow[], type: string): UpliftRow | undefined => {
  const [family, size] = type.split('.')
  const own = uplifts.filter((row) => row.family === family)
  return own.find((row) => row.size === size) ?? own.find((row) => row.size === undefined)
}

const rateOf = ({ purchase, region, usd_per_hour, source, as_of, sure }: RateRow): InstanceRate => ({
  purchase,
  region,
  usdPerHour: usd_per_hour,
  source,
  asOf: as_of,
  sure,
})

/** SageMaker's price where its list was not seen: EC2's, times the family's uplift. As sure as the weaker of the two. */
const derivedRate = (ec2: InstanceRate, type: string, { factor, sure }: UpliftRow): InstanceRate => ({
  ...ec2,
  // 0.17 x 1.2 is 0.20400000000000001 in binary.
  usdPerHour: Number((ec2.usdPerHour * factor).toPrecision(12)),
  source: `EC2 ${type} ${ec2.usdPerHour} x ${factor}, what SageMaker adds for the family; ${ec2.source}`,
  sure: leastSure(['derived', ec2.sure, sure]),
})

const sagemakerRates = (
  type: string,
  rates: readonly RateRow[],
  uplifts: readonly UpliftRow[],
): readonly InstanceRate[] => {
  const own = rates.filter((row) => row.instance === `ml.${type}`).map(rateOf)
  const uplift = upliftOf(uplifts, type)
  if (!uplift) return own
  const derived = rates
    .filter(
      (row) =>
        row.instance === type && row.purchase === 'on-demand' && !own.some(({ region }) => region === row.region),
    )
    .map((row) => derivedRate(rateOf(row), type, uplift))
  return [...own, ...derived]
}

const cpuId = (type: string): string => `cpu-${type}`

/** The cores of one machine type as one accelerator: cores x GHz x operations a cycle. */
const cpuAccelerator = ({ type, vcpus }: InstanceRow, cpu: CpuRow): Accelerator => {
  const cores = vcpus / VCPUS_PER_CORE
  const perSecond = (perCycle: number): number => perCycle * cores * cpu.ghz * 1e9
  const { compute_share: compute, bandwidth_share: bandwidth, source, as_of: asOf, sure } = cpu
  return {
    id: cpuId(type),
    kind: 'cpu',
    flopsPerSecond: {
      fp32: perSecond(cpu.fp32_flop_per_cycle),
      ...(cpu.bf16_flop_per_cycle === undefined ? {} : { bf16: perSecond(cpu.bf16_flop_per_cycle) }),
      int8: perSecond(cpu.int8_op_per_cycle),
    },
    bytesPerSecond: cpu.gb_per_second * cores * BYTES_PER_GB,
    link: { kind: 'none' },
    fit: {
      gemmBandwidth: bandwidth,
      gemmCompute: compute,
      gemmLaunchSeconds: cpu.launch_microseconds * 1e-6,
      attentionBandwidth: bandwidth,
      attentionCompute: [compute, compute, compute],
      source,
      asOf,
      sure,
    },
    source: `${cores} cores of ${cpu.cpu} at ${cpu.ghz} GHz; ${source}`,
    asOf,
    sure: leastSure(['derived', sure]),
  }
}

export type AwsMachines = {
  readonly instances: readonly Instance[]
  /** One per machine type without an accelerator of its own. */
  readonly cpus: readonly Accelerator[]
}

const refuseTwice = <Row>(
  { value, placeAt }: SourceFile<readonly Row[]>,
  nameOf: (row: Row) => string,
  column: string,
): void => {
  const seen = new Set<string>()
  value.forEach((row, index) => {
    const name = nameOf(row)
    if (seen.has(name))
      throw new InputError(`${name} stands here twice`, {
        ...placeAt([index, column]),
        hint: 'keep one row, or change what tells them apart',
      })
    seen.add(name)
  })
}

/** Machines of AWS with every price that is known or follows by the uplift rule. Unknown prices are absent, never 0. */
export const readMachines = (files: {
  readonly instances: NamedText
  readonly rates: NamedText
  readonly uplift: NamedText
  readonly cpus: NamedText
  /** Known accelerators, by id. */
  readonly accelerators: ReadonlySet<string>
}): AwsMachines => {
  const machines = readCsv(files.instances.text, files.instances.file, instanceShape)
  const rates = readCsv(files.rates.text, files.rates.file, rateShape)
  const uplifts = readCsv(files.uplift.text, files.uplift.file, upliftShape).value
  const cpus = readCsv(files.cpus.text, files.cpus.file, cpuShape).value
  refuseTwice(machines, ({ type }) => type, 'type')
  refuseTwice(rates, (row) => `${row.instance} ${row.region} ${row.purchase} as of ${row.as_of}`, 'instance')
  const sold = machines.value.flatMap(({ type, sold_as: as }) =>
    as.split(' ').map((service) => (service === 'ec2' ? type : `ml.${type}`)),
  )
  rates.value.forEach((row, index) =>
    refuseUnknown('instance', row.instance, new Set(sold), rates.placeAt([index, 'instance'])),
  )

  const families = new Set(cpus.map(({ family }) => family))
  const found: Accelerator[] = []
  const instances = machines.value.flatMap((row, index): Instance[] => {
    const { type } = row
    if (row.accelerator === 'cpu') {
      refuseUnknown('CPU family', familyOf(type), families, machines.placeAt([index, 'type']))
      for (const cpu of cpus) if (cpu.family === familyOf(type)) found.push(cpuAccelerator(row, cpu))
    } else refuseUnknown('accelerator', row.accelerator, files.accelerators, machines.placeAt([index, 'accelerator']))
    const hardware = {
      accelerator: row.accelerator === 'cpu' ? cpuId(type) : row.accelerator,
      acceleratorCount: row.accelerator_count,
      vcpus: row.vcpus,
      ramBytes: row.ram_gib * BYTES_PER_GIB,
      localDisk: row.local_disk,
    }
    return row.sold_as.split(' ').map((service) =>
      service === 'ec2'
        ? {
            id: type,
            service: 'ec2',
            ...hardware,
            rates: rates.value.filter(({ instance }) => instance === type).map(rateOf),
          }
        : { id: `ml.${type}`, service: 'sagemaker', ...hardware, rates: sagemakerRates(type, rates.value, uplifts) },
    )
  })
  return { instances, cpus: found }
}

/** Services around the model: one row a tier, tiers of one service and region below each other, the last without an end. */
export const readServices = ({ text: csv, file }: NamedText): readonly ServiceRate[] => {
  const rows = readCsv(csv, file, serviceShape)
  const services = new Map<string, ServiceRate & { readonly tiers: ServiceTier[] }>()
  rows.value.forEach((row, index) => {
    const key = `${row.id} ${row.region}`
    const tier: ServiceTier = { ...(row.up_to === undefined ? {} : { upTo: row.up_to }), usd: row.usd }
    const known = services.get(key)
    const before = known?.tiers.at(-1)
    if (before && (before.upTo === undefined || before.upTo >= (row.up_to ?? Number.POSITIVE_INFINITY))) {
      throw new InputError(`the tiers of ${row.id} in ${row.region} do not rise`, {
        ...rows.placeAt([index, 'up_to']),
        hint: 'ascending up_to, the last one empty',
      })
    }
    if (known) known.tiers.push(tier)
    else
      services.set(key, {
        id: row.id,
        unit: row.unit,
        region: row.region,
        tiers: [tier],
        source: row.source,
        asOf: row.as_of,
        sure: row.sure,
      })
  })
  for (const { id, region, tiers } of services.values()) {
    if (tiers.at(-1)?.upTo !== undefined)
      throw new InputError(`the last tier of ${id} in ${region} ends`, {
        file,
        key: 'up_to',
        hint: 'leave up_to empty in the last tier',
      })
  }
  return [...services.values()]
}
