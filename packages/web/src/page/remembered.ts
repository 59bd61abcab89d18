/** What a reader chose before. A browser may forbid even asking. */
export const remembered = (key: string): string | null => {
  try {
    return localStorage.getItem(`breakeven-${key}`)
  } catch {
    return null
  }
}

export const remember = (key: string, value: string): void => {
  try {
    localStorage.setItem(`breakeven-${key}`, value)
  } catch {
    // The choice then holds until the page is closed.
  }
}
