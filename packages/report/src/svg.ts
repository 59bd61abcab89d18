import type { Comparison } from '@breakeven/core'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { answerOf } from './answer.ts'
import type { ChartOptions } from './chart-model.ts'
import { chartModel } from './chart-model.ts'
import { Chart } from './chart.ts'
import type { ThemeName } from './theme.ts'
import { THEMES } from './theme.ts'

/** `label`: what the picture says, for those who cannot see it; the answer in English where not given. */
export type SvgOptions = ChartOptions & { readonly theme?: ThemeName; readonly label?: string }

/** Cost against volume as one SVG that stands alone; text stays text, set in Inter where there is Inter. */
export const renderSvg = (
  comparison: Comparison,
  { theme = 'light', label = answerOf(comparison), ...options }: SvgOptions = {},
): string => renderToString(h(Chart, { model: chartModel(comparison, options), theme: THEMES[theme], label }))
