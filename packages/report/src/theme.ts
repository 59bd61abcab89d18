import type { Tone } from './chart-model.ts'

export type ThemeName = 'light' | 'dark'

/** Colours by their job, each a CSS colour. Tones reach a contrast of 4.5:1 on the background, so that labels can wear them. */
export type Theme = {
  readonly background: string
  readonly ink: string
  readonly muted: string
  readonly grid: string
  readonly gridMinor: string
  readonly onTone: string
} & Readonly<Record<Tone['family'], readonly string[]>>

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    background: '#ffffff',
    ink: '#0f172a',
    muted: '#5b677a',
    grid: '#dfe5ee',
    gridMinor: '#f0f3f8',
    onTone: '#ffffff',
    rent: ['#c2410c', '#a16207', '#be185d', '#9f1239', '#92400e', '#b91c1c'],
    run: ['#0f766e', '#1d4ed8', '#4d7c0f', '#0e7490', '#4338ca', '#1e3a5f'],
    mix: ['#7c3aed', '#a21caf', '#6d28d9', '#86198f', '#5b21b6', '#701a75'],
    asIs: ['#475569'],
  },
  dark: {
    background: '#0c1322',
    ink: '#e8edf5',
    muted: '#94a3b8',
    grid: '#24304a',
    gridMinor: '#172137',
    onTone: '#0c1322',
    rent: ['#fb923c', '#facc15', '#f472b6', '#fda4af', '#fdba74', '#f87171'],
    run: ['#2dd4bf', '#7aa8ff', '#a3e635', '#67e8f9', '#a5b4fc', '#86efac'],
    mix: ['#b79cff', '#e879f9', '#c4b5fd', '#f0abfc', '#d8b4fe', '#f5d0fe'],
    asIs: ['#cbd5e1'],
  },
}

export const toneOf = (theme: Theme, { family, index }: Tone): string =>
  theme[family][index % theme[family].length] ?? theme.ink

const variableOf = (job: string, index?: number): string => `--be-${job}${index === undefined ? '' : `-${index}`}`

/** A theme whose colours are CSS variables, for a page that follows its reader's choice of light or dark. */
export const cssTheme = (): Theme => {
  const of = (family: Tone['family']): readonly string[] =>
    THEMES.light[family].map((_colour, index) => `var(${variableOf(family, index)})`)
  const one = (job: string): string => `var(${variableOf(job)})`
  return {
    background: one('background'),
    ink: one('ink'),
    muted: one('muted'),
    grid: one('grid'),
    gridMinor: one('gridMinor'),
    onTone: one('onTone'),
    rent: of('rent'),
    run: of('run'),
    mix: of('mix'),
    asIs: of('asIs'),
  }
}

/** The CSS declarations that give those variables a theme's colours. */
export const themeVariables = (name: ThemeName): string =>
  Object.entries(THEMES[name])
    .flatMap(([job, colour]) =>
      typeof colour === 'string'
        ? [`${variableOf(job)}:${colour}`]
        : colour.map((one, index) => `${variableOf(job, index)}:${one}`),
    )
    .join(';')
