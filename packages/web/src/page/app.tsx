import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { CapabilityClass, Comparison } from '@breakeven/core'
import { segmentEdges } from '@breakeven/core'
import { renderImportReport } from '@breakeven/formats'
import { countText } from '@breakeven/report'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ReadReply } from '../read/messages.ts'
import type { Reading } from '../read/read-files.ts'
import { readFiles } from '../read/read-files.ts'
import { missingNames, withoutMissing, workloadOf } from '../solve/solve.ts'
import { commandOf } from '../state/command.ts'
import type { NumbersTraffic, Settings } from '../state/settings.ts'
import { DEFAULT_NUMBERS, defaultSettings } from '../state/settings.ts'
import { summaryOf } from '../state/summary.ts'
import type { Language } from '../texts/index.ts'
import { dateText, languageFor, LANGUAGES, textsOf } from '../texts/index.ts'
import { Answer, answerText } from './answer.tsx'
import { fetchCatalogue } from './catalogue.ts'
import { BreakevenChart } from './chart.tsx'
import { ChoiceForm } from './choice-form.tsx'
import type { ThemeChoice } from './colours.ts'
import { applyTheme, THEME_CHOICES } from './colours.ts'
import { ReaderContext, useReader, useTexts } from './context.ts'
import { LinkProblems } from './link-problems.tsx'
import { Ranked } from './ranked.tsx'
import { Reasons } from './reasons.tsx'
import { remember, remembered } from './remembered.ts'
import { Serving } from './serving.tsx'
import { SelectField } from './select-field.tsx'
import { Sureness } from './sureness.tsx'
import { TakeAway } from './take-away.tsx'
import { Tornado } from './tornado.tsx'
import type { FileState } from './traffic-form.tsx'
import { TrafficForm } from './traffic-form.tsx'
import type { Step } from './use-link.ts'
import { useLink } from './use-link.ts'
import { useResult } from './use-result.ts'

/** The volume with which the article's comparison opens, as on the command line. */
const PRESET_REQUESTS_PER_DAY = 1000

type ReadDone = Extract<ReadReply, { kind: 'done' }>

const Head = (): VNode => {
  const texts = useTexts()
  return (
    <header class="head">
      <h1>{texts.title}</h1>
      <p>{texts.tagline}</p>
    </header>
  )
}

type ReaderChoicesProps = {
  readonly language: Language
  readonly onLanguage: (language: Language) => void
  readonly theme: ThemeChoice
  readonly onTheme: (theme: ThemeChoice) => void
}

/** Last in the page and so in the tab order; a wide screen shows them at the top. */
const ReaderChoices = ({ language, onLanguage, theme, onTheme }: ReaderChoicesProps): VNode => {
  const texts = useTexts()
  return (
    <footer class="reader-choices">
      <SelectField
        label={texts.language}
        name="language"
        value={language}
        options={(['en', 'zh'] as const).map((one) => [one, LANGUAGES[one]] as const)}
        onValue={onLanguage}
      />
      <SelectField
        label={texts.theme}
        name="theme"
        value={theme}
        options={THEME_CHOICES.map((one) => [one, texts.themes[one]] as const)}
        onValue={onTheme}
      />
    </footer>
  )
}

type ResultsProps = {
  readonly catalog: ShippedCatalog
  readonly settings: Settings
  readonly comparison: Comparison
  readonly honest: Comparison | undefined
  readonly href: () => string
  readonly onHidden: (hidden: readonly string[]) => void
  readonly onVolume: ((perDay: number, settled: boolean) => void) | undefined
}

const Results = ({ catalog, settings, comparison, honest, href, onHidden, onVolume }: ResultsProps): VNode => {
  const { texts, language } = useReader()
  const detailed = honest ?? comparison
  const chart = (one: Comparison): VNode => (
    <BreakevenChart
      comparison={one}
      label={answerText(one, language).join(' ')}
      hidden={settings.hidden}
      onHidden={onHidden}
      {...(onVolume === undefined ? {} : { onVolume })}
    />
  )
  return (
    <>
      {honest === undefined ? null : <h3>{texts.articleTitle}</h3>}
      <Answer comparison={comparison} />
      {chart(comparison)}
      {honest === undefined ? null : (
        <>
          <Ranked comparison={comparison} id="article-title" title={texts.articleRanked} />
          <h3>{texts.honestTitle}</h3>
          <Answer comparison={honest} />
          {chart(honest)}
        </>
      )}
      <Ranked comparison={detailed} id="ranked-title" />
      <Tornado comparison={detailed} />
      {honest === undefined ? (
        <Serving
          catalog={catalog}
          comparison={comparison}
          settings={settings}
          workload={workloadOf(settings, catalog)}
        />
      ) : null}
      <Reasons comparison={detailed} />
      <Sureness comparison={detailed} />
      <TakeAway comparison={comparison} honest={honest} command={commandOf(settings)} href={href} />
      <p class="hint">
        {texts.catalogueOf(dateText(comparison.catalogue.asOf.slice(0, 10), language), countText(detailed.considered))}.{' '}
        {texts.foot}
      </p>
    </>
  )
}

/** The page. */
export const App = ({ today }: { readonly today: string }): VNode => {
  const [language, setLanguage] = useState(() => languageFor(remembered('language'), navigator.languages))
  const [theme, setTheme] = useState<ThemeChoice>(
    () => THEME_CHOICES.find((one) => one === remembered('theme')) ?? 'auto',
  )
  const [catalog, setCatalog] = useState<ShippedCatalog | undefined>(undefined)
  const [failed, setFailed] = useState(false)
  const [file, setFile] = useState<FileState>({ kind: 'none' })
  const reading = useRef<Reading | undefined>(undefined)
  /** The next change is a new step back: the reader came to another field. */
  const visited = useRef(true)
  const texts = textsOf(language)
  const link = useLink(today)
  const { settings } = link
  const latest = useRef(settings)
  latest.current = settings

  useEffect(() => applyTheme(theme), [theme])
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en'
    document.title = `breakeven: ${texts.title}`
  }, [language])
  useEffect(() => {
    fetchCatalogue().then(setCatalog, () => setFailed(true))
  }, [])

  const gone = useMemo(() => (catalog === undefined ? [] : missingNames(catalog, settings)), [catalog, settings])
  const asked = useMemo(() => withoutMissing(settings, gone), [settings, gone])
  const { result, stale } = useResult(catalog, asked, link.ready)

  const change = (next: Partial<Settings>, step: Step): void => link.change({ ...settings, ...next }, step)
  const onType = (next: Partial<Settings>): void => {
    change(next, visited.current ? 'push' : 'replace')
    visited.current = false
  }
  const onVisit = (): void => {
    visited.current = true
  }
  const onNumbers = (next: Partial<NumbersTraffic>): void => {
    if (settings.traffic.kind === 'numbers') onType({ traffic: { ...settings.traffic, ...next } })
  }
  const onNoPeak = (): void => {
    if (settings.traffic.kind !== 'numbers') return
    const { peakFactor: _peak, ...traffic } = settings.traffic
    onType({ traffic })
  }
  const onClass = (one: CapabilityClass | undefined): void => {
    const { class: _class, ...rest } = settings
    link.change(one === undefined ? rest : { ...rest, class: one }, 'push')
  }
  const onPreset = (id: string): void => {
    setFile({ kind: 'none' })
    const preset = catalog?.presets.find((one) => one.id === id)
    if (preset === undefined) {
      link.change(defaultSettings(today), 'push')
      return
    }
    const { inputTokens, outputTokens, on, region } = preset
    link.change(
      {
        ...defaultSettings(on),
        region,
        preset: id,
        traffic: { ...DEFAULT_NUMBERS, requestsPerDay: PRESET_REQUESTS_PER_DAY, inputTokens, outputTokens },
      },
      'push',
    )
  }
  const onVolume = (requestsPerDay: number, settled: boolean): void => {
    if (settings.traffic.kind === 'numbers')
      change({ traffic: { ...settings.traffic, requestsPerDay } }, settled ? 'push' : 'replace')
  }
  const takeFiles = async (files: readonly File[], { workload: read, report }: ReadDone): Promise<void> => {
    const { workload, text, coarsened } = await summaryOf(read)
    // Reading took its time: what was chosen meanwhile stands.
    const { preset: _preset, ...rest } = latest.current
    const names = files.map(({ name }) => name)
    link.change({ ...rest, traffic: { kind: 'file', names, workload } }, 'push', text)
    setFile({ kind: 'read', workload, coarsened, report: renderImportReport(report), issues: report.issues.length })
  }
  const onFiles = (files: readonly File[]): void => {
    if (catalog === undefined) return
    reading.current?.stop()
    setFile({ kind: 'reading', progress: { file: files[0]?.name ?? '', rows: 0 } })
    reading.current = readFiles(
      { files, edges: segmentEdges(catalog) },
      (progress) => setFile({ kind: 'reading', progress }),
      (reply) => {
        if (reply.kind === 'problem') {
          setFile(reply)
          return
        }
        void takeFiles(files, reply)
      },
    )
  }
  const onStop = (): void => {
    reading.current?.stop()
    setFile({ kind: 'none' })
  }
  const onBackToNumbers = (): void => {
    setFile({ kind: 'none' })
    change({ traffic: DEFAULT_NUMBERS }, 'push')
  }

  const presets = [
    ['own', texts.presets.own ?? ''] as const,
    ...(catalog?.presets ?? []).map(({ id }) => [id, texts.presets[id] ?? id] as const),
  ]
  const movable = settings.traffic.kind === 'numbers'
  return (
    <ReaderContext.Provider value={{ language, texts }}>
      <a
        class="skip"
        href="#answer"
        onClick={(event) => {
          // The fragment is the page's own: jump without touching it.
          event.preventDefault()
          document.querySelector<HTMLElement>('#answer')?.focus()
        }}
      >
        {texts.skip}
      </a>
      <Head />
      <div class="layout">
        <form class="form" aria-label={texts.settings} onSubmit={(event) => event.preventDefault()}>
          <SelectField
            label={texts.preset}
            name="preset"
            value={settings.preset ?? 'own'}
            options={presets}
            onValue={onPreset}
          />
          <TrafficForm
            settings={settings}
            file={file}
            onNumbers={onNumbers}
            onNoPeak={onNoPeak}
            onFiles={onFiles}
            onStop={onStop}
            onBackToNumbers={onBackToNumbers}
            onVisit={onVisit}
          />
          {settings.preset === undefined ? (
            <ChoiceForm
              settings={settings}
              catalog={catalog}
              onChange={(next) => change(next, 'push')}
              onType={onType}
              onClass={onClass}
              onVisit={onVisit}
            />
          ) : (
            <p class="hint">{texts.presetNote}</p>
          )}
        </form>
        <main id="answer" tabIndex={-1} aria-labelledby="answer-title" aria-busy={stale || result === undefined}>
          <h2 id="answer-title" class="hidden">
            {texts.answer}
          </h2>
          <LinkProblems
            problems={link.problems}
            gone={gone}
            trafficProblem={link.trafficProblem}
            onDismiss={() => {
              link.dismiss()
              if (gone.length > 0) link.change(asked, 'replace')
            }}
          />
          {failed ? (
            <p class="notice" role="alert">
              {texts.loadFailed}
            </p>
          ) : null}
          {result === undefined ? (
            failed ? null : (
              <div class="waiting" role="status">
                <p>{texts.loading}</p>
              </div>
            )
          ) : catalog === undefined ? null : result.kind === 'problem' ? (
            <div class="notice" role="alert">
              <p>
                <strong>{texts.problem}</strong>
              </p>
              <p>{result.message}</p>
              {result.hint === undefined ? null : <p class="hint">{result.hint}</p>}
            </div>
          ) : (
            <Results
              catalog={catalog}
              settings={asked}
              comparison={result.comparison}
              honest={result.honest}
              href={link.href}
              onHidden={(hidden) => change({ hidden }, 'replace')}
              onVolume={movable ? onVolume : undefined}
            />
          )}
        </main>
      </div>
      <ReaderChoices
        language={language}
        onLanguage={(one) => {
          remember('language', one)
          setLanguage(one)
        }}
        theme={theme}
        onTheme={(one) => {
          remember('theme', one)
          setTheme(one)
        }}
      />
    </ReaderContext.Provider>
  )
}
