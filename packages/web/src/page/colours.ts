import { themeVariables } from '@breakeven/report/chart'

export const THEME_CHOICES = ['auto', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]

/** The chart's colours, by system or by choice. A constructed sheet, which a strict Content-Security-Policy allows. */
export const adoptChartColours = (): void => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`
    :root { ${themeVariables('light')} }
    @media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${themeVariables('dark')} } }
    :root[data-theme='dark'] { ${themeVariables('dark')} }
  `)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}

export const applyTheme = (choice: ThemeChoice): void => {
  if (choice === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice
}
