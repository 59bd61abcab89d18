// As much of autocannon 9 as is used here: it has no types of its own.
declare module 'autocannon' {
  export type Load = {
    readonly url: string
    readonly method: 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
    readonly connections: number
    readonly amount: number
  }
  export type Result = { readonly '2xx': number; readonly non2xx: number; readonly errors: number }
  export default function autocannon(load: Load): Promise<Result>
}
