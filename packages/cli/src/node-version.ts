/** As `engines` in package.json, which npm only warns about. */
const LEAST: readonly [number, number] = [22, 19]

/**
 * Why this Node cannot run the command, in one line; undefined where it can.
 *
 * @param version as `process.versions.node`: `20.20.2`
 */
export const nodeTooOld = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])
  if (isEnough) return undefined
  return `breakeven needs Node ${LEAST.join('.')} or newer; this is ${version}. Install a newer one from https://nodejs.org or with your version manager.`
}
