import { themeVariables } from './theme.ts'

/** The stylesheet of the report: light or dark as the reader has it, legible on paper. */
export const HTML_STYLE: string = `
:root{color-scheme:light dark;${themeVariables('light')}}
@media (prefers-color-scheme:dark){:root{${themeVariables('dark')}}}
@media print{:root{${themeVariables('light')}}}
*{box-sizing:border-box}
body{margin:0;background:var(--be-background);color:var(--be-ink);font:16px/1.5 Inter,ui-sans-serif,system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
main{max-width:1128px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;margin:0 0 .5rem;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.15rem;margin:2.5rem 0 .6rem}
.lead{font-size:1.1rem;margin:0 0 .75rem;max-width:50em}
.terms,.note{color:var(--be-muted);font-size:.875rem;margin:0}
figure{margin:12px -24px 0}
svg{display:block;width:100%;height:auto}
.small{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th{text-align:left;font-weight:600;font-size:.8rem;color:var(--be-muted);border-bottom:1px solid var(--be-grid);white-space:nowrap}
th,td{padding:8px 12px 8px 0;vertical-align:top}
tbody tr:not(.receipt)>td{border-top:1px solid var(--be-grid)}
main>section>.scroll>table>tbody>tr:not(.receipt)>td{padding-bottom:2px}
tbody tr:first-child>td{border-top:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.main{font-weight:600}
.muted{color:var(--be-muted)}
.way{display:inline-block;min-width:3.2em;padding:0 .5em;border-radius:4px;text-align:center;font-size:.8rem;font-weight:600;color:var(--be-onTone)}
.rent{background:var(--be-rent-0)}.run{background:var(--be-run-0)}.mix{background:var(--be-mix-0)}.asIs{background:var(--be-asIs-0)}
.receipt>td{padding-top:0;padding-bottom:4px}
.date{white-space:nowrap}
details{margin-bottom:4px}
summary{cursor:pointer;color:var(--be-muted);font-size:.85rem;width:max-content}
summary:hover{color:var(--be-ink)}
details table{margin:8px 0 12px;background:var(--be-gridMinor);border-radius:6px}
details th,details td{padding:5px 12px}
ul{padding-left:1.1em;margin:0}
li{margin:.2em 0;overflow-wrap:anywhere}
@media (max-width:720px){.large{display:none}.small{display:block}main{padding:24px 16px}figure{margin:20px -16px 0}.wide{display:none}}
`
