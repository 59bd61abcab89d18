import type { CapabilityClass, Comparison } from '@breakeven/core'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ReadDone } from '../read/messages.ts'
import type { Reading } from '../read/read-files.ts'
import { readFiles } from '../read/read-files.ts'
import type { Answer } from '../solve/messages.ts'
import { withoutMissing } from '../solve/missing.ts'
import { commandOf } from '../state/command.ts'
import { packText } from '../state/packed.ts'
import type { FileChoice, NumbersTraffic, Settings } from '../state/settings.ts'
import { DEFAULT_NUMBERS, defaultSettings } from '../state/settings.ts'
import { chartWords } from '../texts/chart-words.ts'
import type { Language } from '../texts/index.ts'
import { languageFor, LANGUAGES } from '../texts/index.ts'
import { Answer as AnswerText, answerIn } from './answer.tsx'
import { BreakevenChart } from './chart.tsx'
import { ChoiceForm } from './choice-form.tsx'
import type { ThemeChoice } from './colours.ts'
import { applyTheme, THEME_CHOICES } from './colours.ts'
import { ReaderContext, readerOf, useReader, useTexts } from './context.ts'
import { LinkProblems } from './link-problems.tsx'
import { MoreForm } from './more-form.tsx'
import { Parts } from './parts.tsx'
import { Ranked } from './ranked.tsx'
import { Reasons } from './reasons.tsx'
import { remember, remembered } from './remembered.ts'
import type { Picture } from './save.ts'
import { Serving } from './serving.tsx'
import { SelectField } from './select-field.tsx'
import { Split } from './split.tsx'
import { Sureness } from './sureness.tsx'
import { TakeAway } from './take-away.tsx'
import { Tornado } from './tornado.tsx'
import type { FileState } from './traffic-form.tsx'
import { TrafficForm } from './traffic-form.tsx'
import type { RowsAtHand, Shown } from './use-answer.ts'
import { useAnswer } from './use-answer.ts'
import type { Step } from './use-link.ts'
import { useLink } from './use-link.ts'

/** The volume with which the article's comparison opens, as on the command line. */
const PRESET_REQUESTS_PER_DAY = 1000

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
  readonly settings: Settings
  readonly answer: Answer
  readonly shown: Shown
  readonly href: () => string
  readonly onHidden: (hidden: readonly string[]) => void
  readonly onVolume: ((perDay: number, settled: boolean) => void) | undefined
}

const askedVolume = ({ traffic }: Settings, { axis }: Comparison): number | undefined =>
  axis === 'requestsPerDay' ? traffic.requestsPerDay : undefined

const Results = ({ settings, answer, shown, href, onHidden, onVolume }: ResultsProps): VNode => {
  const reader = useReader()
  const { texts, figures, language } = reader
  const { comparison, honest, hours } = answer
  const { refining, served, parts } = shown
  const detailed = honest ?? comparison
  const label = (one: Comparison): string => answerIn(reader, one).join(' ')
  const chart = (one: Comparison): VNode => (
    <BreakevenChart
      comparison={one}
      label={label(one)}
      hidden={settings.hidden}
      asked={askedVolume(settings, one)}
      onHidden={onHidden}
      {...(onVolume === undefined ? {} : { onVolume })}
    />
  )
  const picture: Picture =
    language === 'en'
      ? { hidden: settings.hidden }
      : {
          hidden: settings.hidden,
          words: chartWords(reader),
          headline: answerIn(reader, comparison)[0] ?? '',
          label: label(comparison),
        }
  return (
    <>
      {honest === undefined ? null : <h3>{texts.articleTitle}</h3>}
      <AnswerText comparison={comparison} {...(honest === undefined ? { refining } : {})} />
      {chart(comparison)}
      {honest === undefined ? null : (
        <>
          <Ranked comparison={comparison} id="article-title" title={texts.articleRanked} />
          <h3>{texts.honestTitle}</h3>
          <AnswerText comparison={honest} />
          {chart(honest)}
        </>
      )}
      {settings.files.by === '' || settings.traffic.kind !== 'file' ? null : <Parts parts={parts} waiting={refining} />}
      <Ranked comparison={detailed} id="ranked-title" />
      <Split comparison={detailed} hours={hours} />
      {honest === undefined ? (
        <Serving comparison={comparison} settings={settings} served={served} hours={hours} />
      ) : null}
      <Tornado comparison={detailed} />
      <Reasons comparison={detailed} />
      <Sureness comparison={detailed} />
      <TakeAway
        shared={{ comparison, honest, parts, picture }}
        command={commandOf(settings, comparison.estimate)}
        href={href}
      />
      <p class="hint">
        {texts.catalogueOf(figures.date(comparison.catalogue.asOf.slice(0, 10)), figures.count(detailed.considered))}
        {texts.stop} {texts.foot}
      </p>
    </>
  )
}

/** A catalogue file of one's own, as the command line's `--catalog` takes it. */
const isPrices = (name: string): boolean => /\.ya?ml$/i.test(name)

/** The page. */
export const App = ({ today }: { readonly today: string }): VNode => {
  const [language, setLanguage] = useState(() => languageFor(remembered('language'), navigator.languages))
  const [theme, setTheme] = useState<ThemeChoice>(
    () => THEME_CHOICES.find((one) => one === remembered('theme')) ?? 'auto',
  )
  const [file, setFile] = useState<FileState>({ kind: 'none' })
  const reading = useRef<Reading | undefined>(undefined)
  /** The next change is a new step back: the reader came to another field. */
  const visited = useRef(true)
  /** Files as they were dropped, to be read again another way. */
  const dropped = useRef<readonly File[]>([])
  const rowsAtHand = useRef<RowsAtHand | undefined>(undefined)
  const [held, setHeld] = useState(false)
  const reader = useMemo(() => readerOf(language), [language])
  const { texts, say } = reader
  const link = useLink(today)
  const { settings } = link
  const latest = useRef(settings)
  latest.current = settings

  useEffect(() => applyTheme(theme), [theme])
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en'
    document.title = `breakeven: ${texts.title}`
  }, [language])
  const shown = useAnswer(settings, link.ready, held, rowsAtHand.current)
  const { names, result, gone, stale, failed } = shown
  const asked = useMemo(() => withoutMissing(settings, gone), [settings, gone])

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
    const preset = names?.presets.find((one) => one.id === id)
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
    setHeld(!settled)
    change({ traffic: { ...settings.traffic, requestsPerDay } }, settled ? 'push' : 'replace')
  }
  const onFileVolume = (requestsPerDay: number | undefined): void => {
    if (settings.traffic.kind !== 'file') return
    const { requestsPerDay: _before, ...traffic } = settings.traffic
    onType({ traffic: requestsPerDay === undefined ? traffic : { ...traffic, requestsPerDay } })
  }
  const takeFiles = (files: readonly File[], { packed, coarsened, parts, report, rows }: ReadDone): void => {
    rowsAtHand.current = rows === undefined ? undefined : { packed, rows }
    // Reading took its time: what was chosen meanwhile stands.
    const { preset: _preset, ...rest } = latest.current
    const fileNames = files.map(({ name }) => name)
    const { traffic } = rest
    // The same files read another way stay at the volume that they were brought to.
    const again = traffic.kind === 'file' && traffic.names.join('\n') === fileNames.join('\n')
    link.change(
      {
        ...rest,
        traffic: {
          kind: 'file',
          names: fileNames,
          packed,
          ...(parts.length === 0 ? {} : { parts }),
          ...(again && traffic.requestsPerDay !== undefined ? { requestsPerDay: traffic.requestsPerDay } : {}),
        },
      },
      'push',
    )
    setFile({ kind: 'read', packed, coarsened, report })
  }
  const read = (files: readonly File[], choice: FileChoice): void => {
    if (names === undefined) return
    reading.current?.stop()
    dropped.current = files
    setFile({ kind: 'reading', progress: { file: files[0]?.name ?? '', rows: 0 } })
    reading.current = readFiles(
      { files, edges: names.edges, choice, on: settings.on },
      (progress) => setFile({ kind: 'reading', progress }),
      (reply) => {
        if (reply.kind === 'problem') setFile(reply)
        else takeFiles(files, reply)
      },
    )
  }
  const onPrices = (own: File): void => {
    void own
      .text()
      .then(packText)
      .then((packed) => link.change({ ...latest.current, prices: { name: own.name, packed } }, 'push'))
  }
  const onNoPrices = (): void => {
    const { prices: _prices, ...rest } = settings
    link.change(rest, 'push')
  }
  const onFiles = (files: readonly File[]): void => {
    const usage = files.filter(({ name }) => !isPrices(name))
    const own = files.find(({ name }) => isPrices(name))
    if (own !== undefined) onPrices(own)
    if (usage.length > 0) read(usage, settings.files)
  }
  const onFileChoice = (files: FileChoice): void => {
    change({ files }, 'push')
    latest.current = { ...settings, files }
    if (dropped.current.length > 0) read(dropped.current, files)
  }
  const onStop = (): void => {
    reading.current?.stop()
    setFile({ kind: 'none' })
  }
  const onBackToNumbers = (): void => {
    setFile({ kind: 'none' })
    dropped.current = []
    rowsAtHand.current = undefined
    change({ traffic: DEFAULT_NUMBERS }, 'push')
  }

  const presets = [
    ['own', texts.presets.own ?? ''] as const,
    ...(names?.presets ?? []).map(({ id }) => [id, texts.presets[id] ?? id] as const),
  ]
  const own = result?.kind === 'answer' ? result.comparison.workload : undefined
  // Rows that do not say how many requests they are cannot be brought to another volume.
  const movable = settings.traffic.kind === 'numbers' || own?.requestsPerDay !== undefined
  return (
    <ReaderContext.Provider value={reader}>
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
            ownRequestsPerDay={own?.ownRequestsPerDay ?? own?.requestsPerDay}
            onNumbers={onNumbers}
            onFileVolume={onFileVolume}
            onNoPeak={onNoPeak}
            onFiles={onFiles}
            onStop={onStop}
            onBackToNumbers={onBackToNumbers}
            onVisit={onVisit}
          />
          {settings.preset === undefined ? (
            <ChoiceForm
              settings={settings}
              names={names}
              onChange={(next) => change(next, 'push')}
              onType={onType}
              onClass={onClass}
              onVisit={onVisit}
            />
          ) : (
            <p class="hint">{texts.presetNote}</p>
          )}
          {settings.preset === undefined ? (
            <MoreForm
              settings={settings}
              atHand={dropped.current.length > 0}
              onChange={(next) => change(next, 'push')}
              onFileChoice={onFileChoice}
              onPrices={onPrices}
              onNoPrices={onNoPrices}
            />
          ) : null}
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
          ) : result.kind === 'problem' ? (
            <div class="notice" role="alert">
              <p>
                <strong>{texts.problem}</strong>
              </p>
              <p>{say(result.message)}</p>
              {result.hint === undefined ? null : <p class="hint">{say(result.hint)}</p>}
            </div>
          ) : (
            <Results
              settings={asked}
              answer={result}
              shown={shown}
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
