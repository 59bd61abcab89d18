import type { ImportReport } from '@breakeven/formats'
import { renderImportReport } from '@breakeven/formats'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { ReadProgress } from '../read/messages.ts'
import type { FileTraffic, NumbersTraffic, Settings } from '../state/settings.ts'
import type { Reader } from './context.ts'
import { useReader, useTexts } from './context.ts'
import { NumberField } from './number-field.tsx'

/** What happens to dropped files. */
export type FileState =
  | { readonly kind: 'none' }
  | { readonly kind: 'reading'; readonly progress: ReadProgress }
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string }
  | {
      readonly kind: 'read'
      /** The packed traffic that came of it. */
      readonly packed: string
      readonly coarsened: boolean
      readonly report: ImportReport
    }

type Props = {
  readonly settings: Settings
  readonly file: FileState
  /** Requests a day that the files come to, where they say it. */
  readonly ownRequestsPerDay: number | undefined
  readonly onNumbers: (change: Partial<NumbersTraffic>) => void
  /** Undefined: the files' own volume again. */
  readonly onFileVolume: (requestsPerDay: number | undefined) => void
  readonly onNoPeak: () => void
  readonly onFiles: (files: readonly File[]) => void
  readonly onStop: () => void
  readonly onBackToNumbers: () => void
  readonly onVisit: () => void
}

const Numbers = ({ settings, onNumbers, onNoPeak, onVisit }: Props & { traffic: NumbersTraffic }): VNode | null => {
  const texts = useTexts()
  const { traffic, preset } = settings
  if (traffic.kind !== 'numbers') return null
  const fixed = preset !== undefined
  return (
    <div class="fields">
      <NumberField
        label={texts.requestsPerDay}
        name="requests"
        wide
        value={traffic.requestsPerDay}
        least={1e-6}
        most={1e12}
        onVisit={onVisit}
        onValue={(requestsPerDay) => onNumbers({ requestsPerDay })}
      />
      <NumberField
        label={texts.inputTokens}
        name="in"
        value={traffic.inputTokens}
        least={0}
        most={1e8}
        disabled={fixed}
        onVisit={onVisit}
        onValue={(inputTokens) => onNumbers({ inputTokens })}
      />
      <NumberField
        label={texts.outputTokens}
        name="out"
        value={traffic.outputTokens}
        least={0}
        most={1e8}
        disabled={fixed}
        onVisit={onVisit}
        onValue={(outputTokens) => onNumbers({ outputTokens })}
      />
      <NumberField
        label={texts.cachedShare}
        name="cached"
        value={traffic.cachedShare * 100}
        least={0}
        most={100}
        disabled={fixed}
        onVisit={onVisit}
        onValue={(percent) => onNumbers({ cachedShare: percent / 100 })}
      />
      <NumberField
        label={texts.peakFactor}
        name="peak"
        value={traffic.peakFactor}
        least={1}
        most={1e4}
        disabled={fixed}
        placeholder={texts.peakAssumed}
        onVisit={onVisit}
        onEmpty={onNoPeak}
        onValue={(peakFactor) => onNumbers({ peakFactor })}
      />
    </div>
  )
}

const FileDrop = ({ file, onFiles, onStop }: Props): VNode => {
  const { texts, figures, say } = useReader()
  const [over, setOver] = useState(false)
  return (
    <div
      class={`drop${over ? ' over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const files = [...(event.dataTransfer?.files ?? [])]
        if (files.length > 0) onFiles(files)
      }}
    >
      <p>
        {texts.dropHere}{' '}
        <label class="choose">
          <input
            type="file"
            name="files"
            multiple
            onChange={(event) => {
              const files = [...(event.currentTarget.files ?? [])]
              event.currentTarget.value = ''
              if (files.length > 0) onFiles(files)
            }}
          />
          <span>{texts.chooseFiles}</span>
        </label>
      </p>
      <p class="hint">{texts.anyFormat}</p>
      {file.kind === 'reading' ? (
        <div class="reading" role="status">
          <p>
            {texts.reading(
              file.progress.file,
              file.progress.share === undefined ? '' : figures.percent(file.progress.share),
              figures.count(file.progress.rows),
            )}
          </p>
          <progress max={1} {...(file.progress.share === undefined ? {} : { value: file.progress.share })} />
          <button type="button" onClick={onStop}>
            {texts.stopReading}
          </button>
        </div>
      ) : null}
      {file.kind === 'problem' ? (
        <div class="problem" role="alert">
          <p>{say(file.message)}</p>
          {file.hint === undefined ? null : <p class="hint">{say(file.hint)}</p>}
        </div>
      ) : null}
    </div>
  )
}

/** Where values begin, in cells of one width: a Chinese letter takes two. */
const VALUES_AT = 24
const cellsOf = (text: string): number =>
  Array.from(text).reduce((cells, letter) => cells + (letter > '\u{2fff}' ? 2 : 1), 0)

/** The report as the command line prints it; in another language line by line, `  label   value`. */
const reportIn = ({ say, language }: Reader, report: ImportReport): string => {
  const text = renderImportReport(report)
  if (language === 'en') return text
  return text
    .split('\n')
    .map((line) => {
      const [, indent = '', label = '', value] = /^(\s*)(\S.*?)(?:\s{2,}(.*))?$/.exec(line) ?? []
      const name = `${indent}${say(label)}`
      return value === undefined ? name : `${name}${' '.repeat(Math.max(2, VALUES_AT - cellsOf(name)))}${say(value)}`
    })
    .join('\n')
}

const FromFile = (props: Props & { readonly traffic: FileTraffic }): VNode => {
  const reader = useReader()
  const { texts, figures } = reader
  const { traffic, file, ownRequestsPerDay, onFileVolume, onBackToNumbers, onVisit } = props
  return (
    <div class="from-file">
      <p>{texts.readFrom(traffic.names.join(', '))}</p>
      {ownRequestsPerDay === undefined ? null : (
        <NumberField
          label={texts.requestsPerDay}
          name="requests"
          value={traffic.requestsPerDay}
          least={1e-6}
          most={1e9}
          placeholder={texts.asInFiles(figures.count(ownRequestsPerDay))}
          onVisit={onVisit}
          onEmpty={() => onFileVolume(undefined)}
          onValue={onFileVolume}
        />
      )}
      {file.kind === 'read' && file.packed === traffic.packed ? (
        <>
          {file.coarsened ? <p class="hint">{texts.coarsened}</p> : null}
          <details>
            <summary>
              {texts.importReport}
              {file.report.issues.length > 0 ? ` · ${texts.issuesFound(figures.count(file.report.issues.length))}` : ''}
            </summary>
            <pre tabIndex={0}>{reportIn(reader, file.report)}</pre>
          </details>
        </>
      ) : null}
      <button type="button" onClick={onBackToNumbers}>
        {texts.backToNumbers}
      </button>
    </div>
  )
}

/** Traffic as numbers, or out of files. */
export const TrafficForm = (props: Props): VNode => {
  const texts = useTexts()
  const { traffic } = props.settings
  return (
    <section class="panel" aria-labelledby="traffic-title">
      <h2 id="traffic-title">{texts.traffic}</h2>
      {traffic.kind === 'numbers' ? (
        <Numbers {...props} traffic={traffic} />
      ) : (
        <FromFile {...props} traffic={traffic} />
      )}
      <FileDrop {...props} />
    </section>
  )
}
