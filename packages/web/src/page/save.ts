import type { Comparison } from '@breakeven/core'
import { renderCsv, renderJson, renderMarkdown } from '@breakeven/report'

export type Kind = 'png' | 'svg' | 'csv' | 'json' | 'md'

const PNG_SCALE = 2

const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
}

const svgOf = async (comparison: Comparison): Promise<string> => {
  const { renderSvg } = await import('@breakeven/report/svg')
  return renderSvg(comparison, { theme: isDark() ? 'dark' : 'light' })
}

/** The SVG painted by the browser, twice as fine as it is wide. */
const pngOf = async (comparison: Comparison): Promise<Blob> => {
  const image = new Image()
  const url = URL.createObjectURL(new Blob([await svgOf(comparison)], { type: 'image/svg+xml' }))
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

const blobOf = async (kind: Kind, comparison: Comparison, honest: Comparison | undefined): Promise<Blob> => {
  if (kind === 'png') return pngOf(comparison)
  const text = {
    svg: () => svgOf(comparison),
    csv: () => renderCsv(comparison),
    json: () => renderJson({ comparison, ...(honest === undefined ? {} : { honest }) }),
    md: () => renderMarkdown(comparison),
  }[kind]
  return new Blob([`${await text()}\n`], { type: `${TYPES[kind]};charset=utf-8` })
}

/** Hands a file to the browser's downloads. */
export const save = async (kind: Kind, comparison: Comparison, honest?: Comparison): Promise<void> => {
  const url = URL.createObjectURL(await blobOf(kind, comparison, honest))
  const link = document.createElement('a')
  link.href = url
  link.download = `breakeven-${comparison.on}.${kind}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
