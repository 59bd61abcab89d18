import type { Comparison } from '@breakeven/core'
import { renderCsv, renderJson, renderMarkdown } from '@breakeven/report'
import type { SvgOptions } from '@breakeven/report/svg'
import type { PartAnswer } from '../solve/messages.ts'

export type Kind = 'png' | 'svg' | 'csv' | 'json' | 'md'

const PNG_SCALE = 2

const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
}

/** How the page shows its chart: in which language, without which lines. */
export type Picture = Pick<SvgOptions, 'words' | 'headline' | 'label' | 'hidden'>

/** What goes into files: the answer, and what stands beside it. */
export type Shared = {
  readonly comparison: Comparison
  readonly honest?: Comparison | undefined
  readonly parts: readonly PartAnswer[]
  readonly picture: Picture
}

const svgOf = async ({ comparison, picture }: Shared): Promise<string> => {
  const { renderSvg } = await import('@breakeven/report/svg')
  return renderSvg(comparison, { theme: isDark() ? 'dark' : 'light', ...picture })
}

/** The SVG painted by the browser, twice as fine as it is wide. */
const pngOf = async (shared: Shared): Promise<Blob> => {
  const image = new Image()
  const url = URL.createObjectURL(new Blob([await svgOf(shared)], { type: 'image/svg+xml' }))
  try {
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * PNG_SCALE
    canvas.height = image.naturalHeight * PNG_SCALE
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('this browser gives no canvas to paint on')
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture is empty')) : resolve(blob)), 'image/png')
    })
  } finally {
    URL.revokeObjectURL(url)
  }
}

const TYPES = { svg: 'image/svg+xml', csv: 'text/csv', json: 'application/json', md: 'text/markdown' } as const

const blobOf = async (kind: Kind, shared: Shared): Promise<Blob> => {
  if (kind === 'png') return pngOf(shared)
  const { comparison, honest, parts } = shared
  const text = {
    svg: () => svgOf(shared),
    csv: () => renderCsv(comparison),
    json: () => renderJson({ comparison, parts, ...(honest === undefined ? {} : { honest }) }),
    md: () => renderMarkdown(comparison),
  }[kind]
  return new Blob([`${await text()}\n`], { type: `${TYPES[kind]};charset=utf-8` })
}

/** Hands a file to the browser's downloads. */
export const save = async (kind: Kind, shared: Shared): Promise<void> => {
  const url = URL.createObjectURL(await blobOf(kind, shared))
  const link = document.createElement('a')
  link.href = url
  link.download = `breakeven-${shared.comparison.on}.${kind}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
