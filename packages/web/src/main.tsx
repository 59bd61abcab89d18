import { dateOf } from '@breakeven/core'
import { render } from 'preact'
import { App } from './page/app.tsx'
import { adoptChartColours } from './page/colours.ts'

const root = document.querySelector('#page')
if (root === null) throw new Error('index.html has lost its #page')

adoptChartColours()
render(<App today={dateOf(Date.now() / 1000)} />, root)
