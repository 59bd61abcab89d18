import { InputError, placeText } from '@breakeven/core'
import { describe, expect, test } from 'vitest'

import { readMachines, readServices } from './aws.ts'

const said = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof InputError) return `${placeText(error.place)} ${error.message} / ${error.hint ?? '-'}`
    throw error
  }
  return 'passed'
}

const INSTANCES =
  'type,sold_as,accelerator,accelerator_count,vcpus,ram_gib,local_disk,source,as_of,sure\n' +
  'g5.xlarge,ec2 sagemaker,A10G,1,4,16,yes,price list,2026-01-01,published\n'
const RATES = 'instance,region,purchase,usd_per_hour,source,as_of,sure\n'
const UPLIFT =
  'family,size,factor,source,as_of,sure\ng5,xlarge,1.4,seen,2026-01-01,derived\ng5,,1.25,seen,2026-01-01,derived\n'
const CPUS =
  'family,cpu,fp32_flop_per_cycle,bf16_flop_per_cycle,int8_op_per_cycle,ghz,gb_per_second,compute_share,bandwidth_share,launch_microseconds,source,as_of,sure\n' +
  'm5,Xeon,64,,256,2.5,6,0.5,0.9,90,sheet,2026-01-01,derived\n'

const machines = (instances: string, rates = '') =>
  readMachines({
    instances: { text: INSTANCES + instances, file: 'instances.csv' },
    rates: { text: RATES + rates, file: 'rates.csv' },
    uplift: { text: UPLIFT, file: 'uplift.csv' },
    cpus: { text: CPUS, file: 'cpus.csv' },
    accelerators: new Set(['A10G', 'L40S']),
  })

describe('machines', () => {
  const hosting = (rates: string) => machines('', rates).instances.find(({ id }) => id === 'ml.g5.xlarge')!.rates

  test("what SageMaker's list does not say follows from EC2's, as sure as the weaker of the two", () => {
    expect(hosting('g5.xlarge,us-east-1,on-demand,1,from memory,2026-01-01,recalled\n')).toEqual([
      {
        purchase: 'on-demand',
        region: 'us-east-1',
        usdPerHour: 1.4,
        source: 'EC2 g5.xlarge 1 x 1.4, what SageMaker adds for the family; from memory',
        asOf: '2026-01-01',
        sure: 'recalled',
      },
    ])
  })

  test('its own price wins, and spot and one year say nothing about it', () => {
    const own = 'ml.g5.xlarge,us-east-1,on-demand,1.5,price list,2026-01-01,published\n'
    const ec2 = ['on-demand', 'one-year', 'spot'].map(
      (way) => `g5.xlarge,us-east-1,${way},1,seen,2026-01-01,published\n`,
    )
    expect(hosting(own + ec2.join('')).map(({ usdPerHour }) => usdPerHour)).toEqual([1.5])
    expect(hosting(ec2[1]! + ec2[2]!)).toEqual([])
  })

  test('a CPU is made for each type: 2 cores x 2.5 GHz x 64', () => {
    const { cpus } = machines('m5.xlarge,ec2,cpu,1,4,16,no,sheet,2026-01-01,published\n')
    expect(cpus).toMatchObject([
      { id: 'cpu-m5.xlarge', kind: 'cpu', flopsPerSecond: { fp32: 320e9 }, bytesPerSecond: 12e9 },
    ])
    expect(cpus[0]!.flopsPerSecond.bf16).toBeUndefined()
  })

  test.each([
    [
      'x9.xlarge,ec2,A10,1,4,16,yes,s,2026-01-01,published\n',
      '',
      'instances.csv:3:15 accelerator "A10" is not in the catalogue / did you mean A10G?',
    ],
    [
      'x9.xlarge,ec2,cpu,1,4,16,yes,s,2026-01-01,published\n',
      '',
      'instances.csv:3:1 CPU family "x9" is not in the catalogue / did you mean m5?',
    ],
    [
      'g5.xlarge,ec2,A10G,1,4,16,yes,s,2026-01-01,published\n',
      '',
      'instances.csv:3:1 g5.xlarge stands here twice / keep one row, or change what tells them apart',
    ],
    [
      'x9.xlarge,azure,A10G,1,4,16,yes,s,2026-01-01,published\n',
      '',
      'instances.csv:3:11 sold_as is "azure" / expected ec2, sagemaker or "ec2 sagemaker"',
    ],
    [
      'x9.xlarge,ec2,A10G,1,4,16,maybe,s,2026-01-01,published\n',
      '',
      'instances.csv:3:27 local_disk is "maybe" / allowed: yes, no',
    ],
    [
      '',
      'g5.2xlarge,us-east-1,spot,1,s,2026-01-01,published\n',
      'rates.csv:2:1 instance "g5.2xlarge" is not in the catalogue / did you mean g5.xlarge?',
    ],
    [
      '',
      'g5.xlarge,us-east-1,spot,0,s,2026-01-01,published\n',
      'rates.csv:2:26 usd_per_hour is 0 / expected more than 0',
    ],
  ])('%j %j is refused', (instances, rates, message) => {
    expect(said(() => machines(instances, rates))).toBe(message)
  })
})

describe('services', () => {
  const services = (rows: string) => () =>
    readServices({ text: `id,region,unit,up_to,usd,note,source,as_of,sure\n${rows}`, file: 's.csv' })
  const row = (upTo: string) => `lambda/requests,us-east-1,request,${upTo},2e-7,,s,2026-01-01,published\n`

  test('rows of one service in one region are its tiers', () => {
    expect(services(row('10') + row('20') + row(''))()).toMatchObject([
      { id: 'lambda/requests', tiers: [{ upTo: 10 }, { upTo: 20 }, { usd: 2e-7 }] },
    ])
  })

  test.each([
    [
      row('20') + row('10') + row(''),
      's.csv:3:35 the tiers of lambda/requests in us-east-1 do not rise / ascending up_to, the last one empty',
    ],
    [
      row('') + row('10'),
      's.csv:3:35 the tiers of lambda/requests in us-east-1 do not rise / ascending up_to, the last one empty',
    ],
    [row('10'), 's.csv the last tier of lambda/requests in us-east-1 ends / leave up_to empty in the last tier'],
  ])('%j is refused', (rows, message) => {
    expect(said(services(rows))).toBe(message)
  })
})
