import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../cli/src/app.ts'
import { testIo } from '../../cli/src/test-io.ts'
import { packText } from './state/packed.ts'
import type { Stage, Watched } from './fixtures/browser.ts'
import { loadedFiles, longestTask, openStage } from './fixtures/browser.ts'

const EXAMPLE = join(import.meta.dirname, '../../../examples/usage.csv')
const ON = 'on=2026-11-24'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 60_000)
afterAll(() => stage.close())

/** Every visit ends with a look at what must never happen. */
const visit = async (
  fragment: string,
  act: (page: Page) => Promise<void>,
  options: Parameters<Stage['open']>[1] = {},
): Promise<void> => {
  const watched: Watched = await stage.open(fragment, options)
  try {
    await act(watched.page)
    expect([watched.errors, watched.foreign]).toEqual([[], []])
  } finally {
    await watched.page.close()
  }
}

/** For what must come to be: a machine that runs other tests takes its time. */
const SLOW = { timeout: 10_000 }

const verdict = (page: Page): Promise<string> => page.locator('.verdict').first().innerText()
const field = (page: Page, name: string): ReturnType<Page['locator']> => page.locator(`input[name="${name}"]`)

const download = async (page: Page, name: string): Promise<Buffer> => {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ])
  return readFile(await file.path())
}

type Json = {
  readonly options: readonly { id: string; usdPerDay: number; played?: { on: string; replicas: number } }[]
  readonly [key: string]: unknown
}
const jsonOf = async (page: Page): Promise<Json> => JSON.parse(String(await download(page, 'JSON'))) as Json

/** The command that the page offers, run as it stands. None of its words need a shell here. */
const runCommand = async (page: Page, cwd?: string): Promise<Json> => {
  const command = (await page.locator('.command code').innerText()).replaceAll('\n', ' ')
  const io = testIo()
  const words = command.split(/\s+/).filter((word) => word !== '')
  expect(words.slice(0, 2)).toEqual(['breakeven', 'compare'])
  const given = words
    .slice(1)
    .map((word) => (cwd !== undefined && /^(?:usage\.csv|prices\.yaml)$/.test(word) ? join(cwd, word) : word))
  expect([await runCli([...given, '--json', '--quiet'], io), io.err()]).toEqual([0, ''])
  return JSON.parse(io.out()) as Json
}

const settled = async (page: Page): Promise<void> => {
  await page.locator('main[aria-busy="false"]').waitFor()
}

/** The deeper look has come, and what it says is shown. */
const simulated = async (page: Page): Promise<void> => {
  await page.locator('main[aria-busy="false"] [data-estimate="simulated"]').waitFor({ timeout: DEEP_MS })
}
/** A simulation of twenty options on a machine that runs other tests too. */
const DEEP_MS = 25_000

/** The last digits of a logarithm differ between versions of V8, and with them when a made-up request comes. */
const rounded = (json: Json): unknown =>
  JSON.parse(JSON.stringify(json), (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )

/** Only the first look: what is compared must not change while it is being read. */
const FIRST = `${ON}&estimate=closed-form`

/**
 * Runs of two words or more in lower case, as a sentence has them. Not: sources (quotations of price lists), the command,
 * ids, and names of models, machines, files and the formats of files.
 */
const englishOf = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const left = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) {
      const { parentElement: element, textContent: text } = walk.currentNode
      if (element.closest('script, noscript, .command, .receipt td:last-child, datalist, .chips, .drop .problem .hint, select[name="language"], title') !== null) continue
      const bare = text.replace(/https?:\\S+|--[\\w-]+|[\\w.]+(?:[-@/.:_][\\w.]+)+|TTFT|TPOT/g, ' ')
      if (/[a-z]{3,}(?: [a-z]{2,})+/.test(bare)) left.push(text.trim())
    }
    return left
  })()`) as Promise<string[]>

describe('the first screen', () => {
  test('answers something real at once, without a layout jump', async () => {
    await visit('', async (page) => {
      expect(await verdict(page)).toMatch(/^(Rent|Run|Mix) .+: \$[\d.,]+ a day\.$/)
      expect(await page.locator('.ranked li').count()).toBeGreaterThanOrEqual(8)
      const shift = await page.evaluate(`new Promise((resolve) => {
        globalThis.shifted = 0
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.shifted += entry.value })
          .observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve(globalThis.shifted), 300)
      })`)
      // 0.1 is where a shift counts as one that readers notice (web.dev/articles/cls).
      expect(shift).toBeLessThan(0.1)
      await simulated(page)
      expect(await page.evaluate('globalThis.shifted')).toBeLessThan(0.1)
    })
  })

  test('on a phone nothing is wider than the screen', async () => {
    await visit(
      ON,
      async (page) => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
        await page.locator('.option summary').nth(1).click()
        await page.locator('.receipt').waitFor()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
      },
      { width: 390, height: 844 },
    )
  })
})

describe('the same numbers as the command line', () => {
  const workloads = [
    'requests=1000&in=500&out=100',
    'requests=50000&in=1500&out=400',
    'requests=2500000&in=800&out=200',
    'requests=20000&in=12000&out=300&cached=0.5',
    'requests=300000&in=2000&out=50&peak=8&purchase=one-year',
    'requests=100000&in=1000&out=1000&region=eu-west-1&machines=ml.g5.2xlarge,ml.g5.12xlarge',
    'requests=80000&in=900&out=150&people=20,120&tuning=40,6',
    'requests=400000&in=300&out=30&ttft=0.5&tpot=0.05&models=llama-3.1-8b,gpt-oss-20b',
    'requests=60000&in=250000&out=500&api=google-gemini-api/gemini-2.5-pro,openai/gpt-5.4',
    'requests=150000&in=333&out=334&preset=article-2023',
  ]
  test.each(workloads)('%s', async (workload) => {
    await visit(`v=1&${workload}&${FIRST}`, async (page) => {
      await settled(page)
      expect(await jsonOf(page)).toEqual(await runCommand(page))
    })
  })

  test('by formula at once, then simulated, and the answer says which', async () => {
    await visit(`v=1&requests=50000&in=1500&out=400&models=gpt-oss-20b,qwen3-32b&${ON}`, async (page) => {
      expect(await page.locator('.depth').innerText()).toMatch(/^By formula/)
      await simulated(page)
      expect(await page.locator('.depth').innerText()).toMatch(/simulated, iteration by iteration/)
      const [mine, theirs] = [await jsonOf(page), await runCommand(page)]
      expect(mine.estimate).toBe('simulated')
      expect(rounded(mine)).toEqual(rounded(theirs))
    })
  })

  test('an answer that comes while somebody types leaves what is half written', async () => {
    await visit(`v=1&requests=50000&in=1500&out=400&models=gpt-oss-20b,qwen3-32b&${ON}`, async (page) => {
      await page.locator('details.more summary').click()
      await page.locator('input[name="discounts"]').pressSequentially('openai=1')
      await simulated(page)
      expect(await page.locator('input[name="discounts"]').inputValue()).toBe('openai=1')
    })
  })

  test("one's own prices, dropped as a file, and discounts: in the answer, the link and the command", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'breakeven-page-'))
    const own = join(folder, 'prices.yaml')
    await writeFile(
      own,
      'prices:\n  - model: openai/gpt-5-mini\n    usdPerMillion: { freshInput: 0.01, output: 0.02 }\n',
    )
    await visit(`v=1&requests=50000&in=1500&out=400&${FIRST}`, async (page) => {
      await field(page, 'files').setInputFiles(own)
      // 50,000 x (1,500 x $0.01 + 400 x $0.02) / 1,000,000 = $1.15
      await expect.poll(() => verdict(page), SLOW).toBe('Rent gpt-5-mini (openai): $1.15 a day.')
      await page.locator('input[name="discounts"]').fill('anthropic=50%')
      await page.locator('input[name="discounts"]').blur()
      await expect.poll(() => page.url(), SLOW).toContain('discounts=anthropic')
      await settled(page)
      const mine = await jsonOf(page)
      const theirs = await runCommand(page, folder)
      // The command line names the file by its path, the page by its name alone.
      expect(mine).toEqual(JSON.parse(JSON.stringify(theirs).replaceAll(`${folder}/`, '')))
      await visit(new URL(page.url()).hash.slice(1), async (other) => {
        await settled(other)
        expect((await jsonOf(other)).options).toEqual(mine.options)
      })
      await page.locator('input[name="discounts"]').fill('anthropic')
      await page.locator('input[name="discounts"]').blur()
      expect(await page.locator('.more .problem').innerText()).toContain('whose discount')
    })
    await rm(folder, { recursive: true })
  })

  test('where everything competes', async () => {
    await visit(`v=1&requests=7000&in=700&out=70&api=*&models=*&machines=*&${FIRST}`, async (page) => {
      await settled(page)
      const [page1, cli] = [await jsonOf(page), await runCommand(page)]
      expect(page1.options.length).toBeGreaterThan(1000)
      expect(page1).toEqual(cli)
    })
  })
})

describe('moving things', () => {
  test('typing changes the answer and the link, and one step back undoes a visit to a field', async () => {
    await visit(`v=1&requests=1000&in=500&out=100&${FIRST}`, async (page) => {
      const before = await verdict(page)
      await field(page, 'requests').fill('4M')
      await expect.poll(() => verdict(page), SLOW).not.toBe(before)
      await expect.poll(() => page.url(), SLOW).toContain('requests=4000000')
      await page.goBack()
      await expect.poll(() => verdict(page), SLOW).toBe(before)
      expect(await field(page, 'requests').inputValue()).toBe('1,000')
    })
  })

  test('the volume line follows the hand, and what is beside it is worked out anew', async () => {
    await visit(`v=1&requests=50000&in=1500&out=400&${FIRST}`, async (page) => {
      const handle = page.getByRole('slider', { name: 'Your volume' })
      await handle.scrollIntoViewIfNeeded()
      const box = (await handle.boundingBox())!
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await page.mouse.down()
      await page.mouse.move(box.x + 200, box.y + box.height / 2, { steps: 6 })
      await page.mouse.up()
      const volume = Number(await handle.getAttribute('aria-valuenow'))
      expect(volume).toBeGreaterThan(100_000)
      expect(await field(page, 'requests').inputValue()).toBe(volume.toLocaleString('en-US'))
      await expect.poll(() => page.url(), SLOW).toContain(`requests=${volume}&`)
      await settled(page)
      expect(await jsonOf(page)).toEqual(await runCommand(page))
    })
  })

  test('hovering reads every line there, the legend switches lines', async () => {
    await visit(FIRST, async (page) => {
      const reading = page.locator('.reading-at')
      const first = await reading.innerText()
      const box = (await page.locator('.chart-box').boundingBox())!
      await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.4)
      await expect.poll(() => reading.innerText(), SLOW).not.toBe(first)
      const lines = page.locator('.chart-box > svg path[stroke-width="2.5"]')
      const drawn = await lines.count()
      await page.locator('.legend button').first().click()
      await expect.poll(() => lines.count(), SLOW).toBe(drawn - 1)
      await expect.poll(() => page.url(), SLOW).toContain('hidden=')
    })
  })

  test('another date is another price', async () => {
    await visit(
      `v=1&requests=1000&in=1000&out=1000&api=openai/gpt-3.5-turbo&models=llama-2-7b&${FIRST}`,
      async (page) => {
        const usd = async (): Promise<number | undefined> =>
          (await jsonOf(page)).options.find(({ id }) => id === 'api:openai/gpt-3.5-turbo')?.usdPerDay
        // $0.50 + $1.50 and, on 2023-04-24, $2 + $2 for a million of each.
        expect(await usd()).toBeCloseTo(2, 9)
        await field(page, 'on').fill('2023-04-24')
        await expect.poll(usd, SLOW).toBeCloseTo(4, 9)
      },
    )
  })

  test('a receipt opens, line by line, with its sources', async () => {
    await visit(FIRST, async (page) => {
      await page.locator('.option summary').first().click()
      const receipt = page.locator('.receipt').first()
      await receipt.waitFor()
      expect(await receipt.locator('tbody tr').count()).toBeGreaterThanOrEqual(2)
      expect(await receipt.locator('tbody a').first().getAttribute('href')).toMatch(/^https:/)
    })
  })

  test('names are picked and taken away; one that is none is said so', async () => {
    await visit(FIRST, async (page) => {
      await field(page, 'models').fill('phi-4')
      await field(page, 'models').press('Enter')
      await expect.poll(() => page.url(), SLOW).toContain('phi-4')
      await page.getByRole('button', { name: 'Remove phi-4' }).click()
      await expect.poll(() => page.url(), SLOW).not.toContain('phi-4')
      await field(page, 'models').fill('phi-99')
      await field(page, 'models').press('Enter')
      expect(await page.locator('.picks .problem').innerText()).toContain('phi-99')
    })
  })

  test('by keyboard alone: to the line, along it, and into a receipt', async () => {
    await visit(`v=1&requests=50000&in=1500&out=400&${FIRST}`, async (page) => {
      const focused = async (): Promise<string> =>
        String(await page.evaluate('document.activeElement.getAttribute("role") ?? document.activeElement.tagName'))
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      for (let presses = 0; presses < 20 && (await focused()) !== 'slider'; presses++) await page.keyboard.press('Tab')
      expect(await focused()).toBe('slider')
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('PageUp')
      // 50,000 x 1.05 = 52,500; x 2 = 105,000
      await expect.poll(() => field(page, 'requests').inputValue(), SLOW).toBe('105,000')
      for (let presses = 0; presses < 20 && (await focused()) !== 'SUMMARY'; presses++) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.locator('.receipt').waitFor()
    })
  })
})

describe('the simulation', () => {
  test('refines in a worker: percentiles in order, the newest question answered, typing never held up', async () => {
    await visit(`v=1&requests=50000&in=1500&out=400&${ON}`, async (page) => {
      const percentiles = page.locator('.serving[aria-busy="false"] .percentiles')
      await percentiles.waitFor({ timeout: DEEP_MS })
      const cells = (await percentiles.locator('tbody tr').first().locator('td').allInnerTexts()).map((text) =>
        Number.parseFloat(text),
      )
      expect(cells).toEqual(cells.toSorted((one, other) => one - other))
      expect(cells[0]).toBeGreaterThan(0)
      const longest = await longestTask(page, async () => {
        await field(page, 'requests').fill('60000')
        await field(page, 'requests').fill('70000')
        await page.locator('.serving[aria-busy="true"]').waitFor()
        await percentiles.waitFor({ timeout: DEEP_MS })
      })
      expect(longest).toBeLessThan(200)
      expect(await page.locator('.serving').innerText()).toMatch(/[\d,]+ requests at the rate of the peak/)
    })
  })
})

describe('files', () => {
  test('a dropped file is read beside the page, shown with its report, priced as the command line does, and shared', async () => {
    await visit(FIRST, async (page) => {
      const text = JSON.stringify(await readFile(EXAMPLE, 'utf8'))
      const transfer = await page.evaluateHandle(`{
        const data = new DataTransfer()
        data.items.add(new File([${text}], 'usage.csv', { type: 'text/csv' }))
        data
      }`)
      await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer })
      await page.locator('.from-file').waitFor()
      await settled(page)
      expect(await page.locator('.from-file').innerText()).toContain('usage.csv')
      await page.getByText('What the files held').click()
      expect(await page.locator('.from-file pre').innerText()).toMatch(/requests +2,\d{3}/)
      const [mine, theirs] = [await jsonOf(page), await runCommand(page, join(EXAMPLE, '..'))]
      expect(mine.options.map(({ id }) => id)).toEqual(theirs.options.map(({ id }) => id))
      expect(mine.options[0]!.usdPerDay / theirs.options[0]!.usdPerDay).toBeCloseTo(1, 9)
      expect(mine.breakeven).toEqual(theirs.breakeven)
      expect(await page.locator('svg.week').getAttribute('aria-label')).toMatch(/^Requests an hour, \d+ at most/)
      await page.locator('.staff').waitFor({ timeout: DEEP_MS })
      const said = await verdict(page)
      await expect.poll(() => page.url(), SLOW).toContain('traffic=')
      expect(page.url().length).toBeLessThan(30_000)
      // No row travels: neither a time nor a project.
      expect(decodeURIComponent(page.url())).not.toContain('2026-11-16T')
      await visit(new URL(page.url()).hash.slice(1), async (other) => {
        await settled(other)
        expect(await verdict(other)).toBe(said)
        expect((await jsonOf(other)).options).toEqual(mine.options)
      })
    })
  })

  test('while a file is at hand its own calls are played, as on the command line', async () => {
    await visit(`${ON}&models=gpt-oss-20b,qwen3-32b&machines=ml.g5.2xlarge,ml.g6e.xlarge`, async (page) => {
      await field(page, 'files').setInputFiles(EXAMPLE)
      await page.locator('.from-file').waitFor()
      await simulated(page)
      const [mine, theirs] = [await jsonOf(page), await runCommand(page, join(EXAMPLE, '..'))]
      const seen = ({ options }: Json): unknown =>
        options.map(({ id, usdPerDay, played }) => [id, Number(usdPerDay.toPrecision(9)), played?.on, played?.replicas])
      expect(seen(mine)).toEqual(seen(theirs))
      expect(mine.options.find(({ id }) => id.startsWith('hosted:'))!.played!.on).toBe('rows')
    })
  })

  test('files at another volume, a part of them, one answer for each: as on the command line', async () => {
    await visit(`${FIRST}&where=project%3Dticket-tags`, async (page) => {
      await field(page, 'files').setInputFiles(EXAMPLE)
      await page.locator('.from-file').waitFor()
      await settled(page)
      const cwd = join(EXAMPLE, '..')
      const [part, partThere] = [await jsonOf(page), await runCommand(page, cwd)]
      expect(part.workload).toEqual(partThere.workload)
      expect(part.breakeven).toEqual(partThere.breakeven)

      await page.locator('input[name="where"]').fill('')
      await page.locator('input[name="where"]').blur()
      await expect.poll(() => page.url(), SLOW).not.toContain('where=')
      await settled(page)
      await page.locator('select[name="by"]').selectOption('project')
      await page.locator('.parts li').first().waitFor({ timeout: DEEP_MS })
      const [split, splitThere] = [await jsonOf(page), await runCommand(page, cwd)]
      const costs = (of: Json): unknown =>
        (of.parts as { value: string; comparison: Json }[]).map(({ value, comparison }) => [
          value,
          comparison.options[0]!.id,
          comparison.options[0]!.usdPerDay.toPrecision(9),
        ])
      expect(costs(split)).toEqual(costs(splitThere))

      await page.locator('select[name="by"]').selectOption('')
      await expect.poll(() => page.url(), SLOW).not.toContain('by=')
      await field(page, 'requests').fill('40k')
      await expect.poll(() => page.url(), SLOW).toContain('requests=40000')
      await settled(page)
      await expect.poll(() => page.locator('.reading-at').innerText(), SLOW).toContain('40,000')
      const [more, moreThere] = [await jsonOf(page), await runCommand(page, cwd)]
      expect(more.workload).toEqual(moreThere.workload)
      expect(more.options.map(({ id }) => id)).toEqual(moreThere.options.map(({ id }) => id))
      // The line moves a file's traffic as it moves numbers.
      await page.getByRole('slider', { name: 'Your volume' }).press('PageUp')
      await expect.poll(() => field(page, 'requests').inputValue(), SLOW).toBe('80,000')
    })
  })

  test('a part that is none, and a broken catalogue file, are said in place', async () => {
    await visit(`${FIRST}&where=project%3Dnobody`, async (page) => {
      await field(page, 'files').setInputFiles(EXAMPLE)
      await page.locator('.drop .problem').waitFor()
      expect(await page.locator('.drop .problem').innerText()).toContain('project=nobody')
      await field(page, 'files').setInputFiles({
        name: 'mine.yaml',
        mimeType: 'text/yaml',
        buffer: Buffer.from('prices:\n  - model: openai/gpt-5-mini\n    usdPerMillion: { freshInput: -1 }\n'),
      })
      await page.locator('main .notice').waitFor()
      expect(await page.locator('main .notice').innerText()).toMatch(/mine\.yaml:3/)
      await page.getByRole('button', { name: 'Remove mine.yaml' }).click()
      await page.locator('.verdict').waitFor()
    })
  })

  test('a file that is none says so in place, and the page goes on', async () => {
    await visit(FIRST, async (page) => {
      await field(page, 'files').setInputFiles({
        name: 'holiday.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('city,weather\nParis,fine\n'),
      })
      await page.locator('.drop .problem').waitFor()
      expect(await page.locator('.drop .problem').innerText()).toContain('holiday.csv')
      expect(await verdict(page)).toMatch(/^(Rent|Run|Mix) /)
    })
  })

  test('reading a large log leaves the page free: no task of 200 ms', async () => {
    await visit(ON, async (page) => {
      const path = join(await mkdtemp(join(tmpdir(), 'breakeven-page-')), 'large.csv')
      const row = (at: number): string =>
        `${new Date(Date.UTC(2026, 10, 1) + at * 4000).toISOString()},gpt-4o,chat,${500 + (at % 977)},0,${20 + (at % 211)}`
      await writeFile(
        path,
        [
          'timestamp,model,project,input_tokens,cached_tokens,output_tokens',
          ...Array.from({ length: 200_000 }, (_, at) => row(at)),
        ].join('\n'),
      )
      // What measures is seen to measure.
      const known = await longestTask(page, async () => {
        await page.evaluate('let sum = 0; for (let turn = 0; turn < 3e8; turn++) sum += turn; sum')
      })
      expect(known).toBeGreaterThan(50)
      const longest = await longestTask(page, async () => {
        await field(page, 'files').setInputFiles(path)
        await page.locator('.from-file').waitFor({ timeout: 20_000 })
        await settled(page)
      })
      expect(longest).toBeLessThan(200)
      await rm(dirname(path), { recursive: true })
    })
  })
})

describe('what may be wrong', () => {
  test('absurd numbers are said under their field, and the last good answer stands', async () => {
    await visit(FIRST, async (page) => {
      const before = await verdict(page)
      await field(page, 'requests').fill('lots')
      expect(await page.locator('.field .problem').innerText()).toContain('1.5M')
      await field(page, 'requests').fill('-3')
      expect(await page.locator('.field .problem').count()).toBe(1)
      await field(page, 'requests').fill('1e99')
      expect(await page.locator('.field .problem').innerText()).toContain('From')
      expect(await verdict(page)).toBe(before)
    })
  })

  test('a link that is old, broken or from tomorrow still opens, and says what it left out', async () => {
    await visit(`v=9&requests=lots&in=700&models=gpt-oss-20b,gone-model&wat=1&${ON}`, async (page) => {
      const notice = page.locator('.notice')
      // What has left the catalogue is known when the catalogue is.
      await expect.poll(() => notice.innerText(), SLOW).toContain('gone-model')
      for (const part of ['newer version', 'requests=lots', 'wat']) expect(await notice.innerText()).toContain(part)
      expect(await field(page, 'in').inputValue()).toBe('700')
      expect(await verdict(page)).toMatch(/^(Rent|Run|Mix) /)
      await page.getByRole('button', { name: 'Dismiss' }).click()
      await expect.poll(() => page.locator('.notice').count(), SLOW).toBe(0)
    })
    await visit(`v=1&files=a.csv&traffic=AAAA&${ON}`, async (page) => {
      expect(await page.locator('.notice').innerText()).toContain('cut short')
      expect(await verdict(page)).toMatch(/^(Rent|Run|Mix) /)
    })
  })

  test('no tokens at all have no answer, and the reason is there', async () => {
    await visit(`v=1&requests=5&in=0&out=0&${ON}`, async (page) => {
      expect(await page.locator('main .notice').innerText()).toContain('no tokens')
    })
  })
})

describe('a mix', () => {
  const MIX = async (): Promise<string> => {
    const machine = 'machines:\n  - id: our-h100\n    accelerator: H100\n    count: 1\n    usdPerHour: 1.2\n'
    const own = `catalog=ours.yaml&prices=${await packText(machine)}`
    return `v=1&requests=300000&in=1500&out=400&peak=8&api=openai/gpt-5.4&models=gpt-oss-120b&machines=our-h100&${own}&${FIRST}`
  }

  test('is drawn hour by hour: what stays, and what goes over', async () => {
    await visit(await MIX(), async (page) => {
      await settled(page)
      expect(await verdict(page)).toMatch(/^Mix \(/)
      const picture = page.locator('svg.split')
      expect(await picture.locator('.bars-over').count()).toBe(1)
      // The option's own name says what share goes over; the picture's hours come to the same.
      const [, named] = /([\d.]+) % over to/.exec(await verdict(page))!
      const [, drawn] = /of all requests (\d+) % go over/.exec((await picture.getAttribute('aria-label'))!)!
      expect(Number(drawn)).toBe(Math.round(Number(named)))
      const key = await page.locator('.split-key').innerText()
      const [own, over] = [...key.matchAll(/\$([\d.]+)/g)].map(([, usd]) => Number(usd))
      expect(own! + over!).toBeCloseTo((await jsonOf(page)).options[0]!.usdPerDay, 1)
    })
  })
})

describe('what it gives away', () => {
  test('a picture without the lines that were switched off', async () => {
    await visit(FIRST, async (page) => {
      const legend = page.locator('.legend button')
      const whole = String(await download(page, 'SVG'))
      await legend.last().click()
      await page.locator('.legend button[aria-pressed="false"]').waitFor()
      const less = String(await download(page, 'SVG'))
      expect(less.match(/<path[^>]*stroke-width="2.5"/g)!.length).toBe(
        whole.match(/<path[^>]*stroke-width="2.5"/g)!.length - 1,
      )
    })
  })

  test('PNG, SVG, CSV, JSON and Markdown', async () => {
    await visit(FIRST, async (page) => {
      const png = await download(page, 'PNG')
      expect([...png.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join('')).toBe('PNG')
      expect(png.length).toBeGreaterThan(20_000)
      expect(String(await download(page, 'SVG'))).toMatch(/^<svg xmlns=/)
      expect(String(await download(page, 'CSV')).split('\n').length).toBeGreaterThan(10)
      expect(String(await download(page, 'Markdown'))).toContain(await verdict(page))
    })
  })
})

describe('for everyone', () => {
  test.each([
    ['light', { dark: false, width: 1280 }, ''],
    ['dark', { dark: true, width: 1280 }, ''],
    ['dark, on a phone', { dark: true, width: 390 }, ''],
    ['light, with a file, part by part', { dark: false, width: 1280 }, 'usage.csv'],
    ['dark, with a file on a phone, in Chinese', { dark: true, width: 390, locale: 'zh-CN' }, 'usage.csv'],
  ])('axe finds nothing in %s', async (_name, options, file) => {
    await visit(
      file === '' ? FIRST : `${FIRST}&by=project`,
      async (page) => {
        if (file !== '') {
          await field(page, 'files').setInputFiles(EXAMPLE)
          await page.locator('.parts li').first().waitFor({ timeout: DEEP_MS })
        }
        await settled(page)
        await page.evaluate(`for (const folded of document.querySelectorAll('details')) folded.open = true`)
        await page.locator('.receipt').first().waitFor()
        await page.evaluate(axe.source)
        const violations = await page.evaluate(`axe.run().then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join('; ')))`)
        expect(violations).toEqual([])
      },
      options,
    )
  })

  test('a Chinese browser reads Chinese, numbers included', async () => {
    await visit(
      FIRST,
      async (page) => {
        expect(await page.locator('h1').innerText()).toBe('租用还是自建？')
        expect(await verdict(page)).toMatch(/^(租用|自建|混合)/)
        const drawn = await page.locator('.chart-box > svg text').allTextContents()
        expect(drawn.join(' ')).toMatch(/您：每天 50,000 次请求.*成为最便宜|成为最便宜.*您：每天 50,000 次请求/)
        expect(drawn.join(' ')).not.toMatch(/a request|USD|undercuts|becomes/)
        await page.locator('select[name="language"]').selectOption('en')
        expect(await page.locator('h1').innerText()).toBe('Rent or run?')
      },
      { locale: 'zh-CN' },
    )
  })

  test.each([
    ['the first screen', FIRST, ''],
    ['simulated', `v=1&requests=50000&in=1500&out=400&models=gpt-oss-20b&${ON}`, ''],
    ['the article', `v=1&requests=1000&preset=article-2023&on=2023-04-24`, ''],
    ['a broken link', `v=9&requests=lots&wat=1&files=a.csv&traffic=AAAA&${FIRST}`, ''],
    ['no answer', `v=1&requests=5&in=0&out=0&${FIRST}`, ''],
    ['a file, part by part', `${FIRST}&by=project`, 'usage.csv'],
    ['a file that is none', FIRST, 'holiday.csv'],
  ])('no English sentence is left in Chinese: %s', async (name, fragment, file) => {
    await visit(
      fragment,
      async (page) => {
        if (file === 'usage.csv') await field(page, 'files').setInputFiles(EXAMPLE)
        if (file === 'usage.csv') await page.locator('.parts li').first().waitFor({ timeout: DEEP_MS })
        if (file === 'holiday.csv') {
          const buffer = Buffer.from('city,weather\nParis,fine\n')
          await field(page, 'files').setInputFiles({ name: file, mimeType: 'text/csv', buffer })
          await page.locator('.drop .problem').waitFor()
        }
        await settled(page)
        if (name === 'simulated') await simulated(page)
        await page.evaluate(`for (const folded of document.querySelectorAll('details')) folded.open = true`)
        if (name === 'the first screen') await page.locator('.receipt').first().waitFor()
        expect(await englishOf(page)).toEqual([])
      },
      { locale: 'zh-CN' },
    )
  })
})

describe('what it takes', () => {
  test('first load under 250 KB gzipped, the catalogue under 150 KB', async () => {
    await visit(ON, async (page) => {
      await simulated(page)
      const files = await loadedFiles(page)
      expect(files).toContain('catalogue.bin')
      // The page, its style, its code, and the worker that answers.
      expect(files.filter((path) => path.endsWith('.js')).length).toBeGreaterThanOrEqual(2)
      const sizes = await Promise.all(
        files
          .filter((path) => path !== 'catalogue.bin')
          .map(async (path) => gzipSync(await readFile(join(stage.folder, path))).length),
      )
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000)
      expect((await readFile(join(stage.folder, 'catalogue.bin'))).length).toBeLessThan(150_000)
    })
  })

  test('a strict Content-Security-Policy: an inline script does not run', async () => {
    const response = await fetch(stage.url)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    const { page } = await stage.open(ON)
    await page.evaluate(`{
      const script = document.createElement('script')
      script.textContent = 'globalThis.inlineRan = true'
      document.body.append(script)
    }`)
    expect(await page.evaluate('globalThis.inlineRan')).toBeUndefined()
    await page.close()
  })
})
