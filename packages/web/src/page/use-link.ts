import { InputError } from '@breakeven/core'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { LinkProblem } from '../state/fragment.ts'
import { fragmentOf, readFragment } from '../state/fragment.ts'
import type { Settings } from '../state/settings.ts'
import { workloadOfSummary } from '../state/summary.ts'

/** A step in the history, or the same step rewritten. */
export type Step = 'push' | 'replace'

/** Browsers refuse more than some 100 address changes in 10 s; typing is written down when it pauses. */
const WRITE_AFTER_MS = 200

export type Link = {
  readonly settings: Settings
  /** False until a link with traffic in it is unpacked. */
  readonly ready: boolean
  readonly problems: readonly LinkProblem[]
  readonly trafficProblem: string | undefined
  readonly change: (settings: Settings, step: Step) => void
  readonly dismiss: () => void
  /** The address of what is shown now, written down already or not. */
  readonly href: () => string
}

/** The settings, kept in the address: what is shown follows from the link, and every change is in it. */
export const useLink = (today: string): Link => {
  const [first] = useState(() => readFragment(location.hash, today))
  const [settings, setSettings] = useState(first.settings)
  const [ready, setReady] = useState(first.file === undefined)
  const [problems, setProblems] = useState(first.problems)
  const [trafficProblem, setTrafficProblem] = useState<string | undefined>(undefined)
  const written = useRef(location.hash)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const open = useCallback(async (): Promise<void> => {
    const link = readFragment(location.hash, today)
    written.current = location.hash
    let next = link.settings
    let problem: string | undefined
    if (link.file !== undefined) {
      try {
        await workloadOfSummary(link.file.packed)
        next = { ...next, traffic: link.file }
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        problem = `${error.message}; ${error.hint ?? ''}`
      }
    }
    setSettings(next)
    setProblems(link.problems)
    setTrafficProblem(problem)
    setReady(true)
  }, [today])

  useEffect(() => {
    if (first.file !== undefined) void open()
    const onNavigation = (): void => {
      if (location.hash !== written.current) void open()
    }
    addEventListener('popstate', onNavigation)
    addEventListener('hashchange', onNavigation)
    return () => {
      removeEventListener('popstate', onNavigation)
      removeEventListener('hashchange', onNavigation)
    }
  }, [open])

  const change = useCallback((next: Settings, step: Step): void => {
    setSettings(next)
    const write = (): void => {
      timer.current = undefined
      written.current = `#${fragmentOf(next)}`
      if (step === 'push') history.pushState(null, '', written.current)
      else history.replaceState(null, '', written.current)
    }
    clearTimeout(timer.current)
    if (step === 'push') write()
    else timer.current = setTimeout(write, WRITE_AFTER_MS)
  }, [])

  const dismiss = useCallback(() => {
    setProblems([])
    setTrafficProblem(undefined)
  }, [])

  const href = (): string => new URL(`#${fragmentOf(settings)}`, location.href).href

  return { href, settings, ready, problems, trafficProblem, change, dismiss }
}
