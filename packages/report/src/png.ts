import { fileURLToPath } from 'node:url'

export type PngOptions = {
  /** Pixels of the picture per pixel of the SVG; 2 for screens of today. */
  readonly scale?: number
}

const FONT_FILES = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((name) =>
  fileURLToPath(new URL(`../fonts/${name}`, import.meta.url)),
)

/**
 * An SVG of `renderSvg` as a PNG, in the fonts that come along: the picture is the same on every machine.
 * Needs the optional package `@resvg/resvg-js`; without it the import of it fails with Node's own error.
 */
export const renderPng = async (svg: string, { scale = 2 }: PngOptions = {}): Promise<Uint8Array> => {
  const { Resvg } = await import('@resvg/resvg-js')
  const font = { loadSystemFonts: false, fontFiles: FONT_FILES, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' }
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font }).render().asPng()
}
