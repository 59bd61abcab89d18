/** C0 and C1 controls but for tab and line feed, and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** A foreign text as a terminal may show it: what would steer the terminal stands there as `\x1b`, `\u202e`. */
export const visible = (text: string): string =>
  text.replaceAll(UNSEEN, (unseen) => {
    const code = unseen.charCodeAt(0).toString(16)
    return code.length > 2 ? String.raw`\u${code}` : String.raw`\x${code.padStart(2, '0')}`
  })
