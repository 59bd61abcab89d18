// Makes a fresh clone ready to run, with whatever Node npm itself runs on; talks on stderr only.
// 1. `npm ci` when the lock changed since the last set-up.
// 2. Where npm's Node is older than 22.19, Node 24 from its platform package: npm puts
//    node_modules/.bin first in PATH, so the scripts after this one run on it.
// 3. The catalogue, compiled from data/, when data or its reader changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampFile = join(root, 'node_modules', '.breakeven-setup.json')
const nodePackageVersion = '24.21.0'
const oldestNode = [22, 19]

const say = (text) => process.stderr.write(`breakeven set-up: ${text}\n`)

/** Never the bundled Node: `npm ci` deletes node_modules, and with it the program that would be running. */
const systemNode = process.env.npm_node_execpath ?? process.execPath

const run = (command, args) => {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: process.env })
  if (done.status !== 0) {
    say(`\`${command} ${args.join(' ')}\` failed (exit ${done.status ?? done.signal ?? done.error?.message}).`)
    process.exit(1)
  }
}

const npm = (...args) => {
  const npmCli = process.env.npm_execpath
  const quiet = [...args, '--loglevel=error', '--no-audit', '--no-fund']
  if (npmCli?.endsWith('.js')) run(systemNode, [npmCli, ...quiet])
  else run('npm', quiet)
}

const versionOf = (node) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().replace(/^v/, '')

const isNewEnough = (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
}

const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()

const hashOf = (files) => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

/** Size and time of each file: enough to see that nothing was touched, without reading 2 MB at every start. */
const stampOf = (files) =>
  files.map((file) => `${file.slice(root.length)}:${statSync(file).size}:${statSync(file).mtimeMs}`).join('\n')

const readStamp = () => {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

const stamp = readStamp()
const write = () => {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(stampFile, JSON.stringify(stamp))
}

const lock = hashOf([join(root, 'package-lock.json')])
if (stamp.lock !== lock) {
  say('installing the locked packages (once, about 20 s) …')
  npm('ci', '--ignore-scripts')
  stamp.lock = lock
  delete stamp.catalog
  write()
}

let node = systemNode
if (!isNewEnough(versionOf(systemNode))) {
  const bundled = join(root, 'node_modules', '.bin', 'node')
  if (!existsSync(bundled) || versionOf(bundled) !== nodePackageVersion) {
    const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
    if (process.platform !== 'linux') {
      say(
        `Node ${versionOf(systemNode)} is too old: install Node ${oldestNode.join('.')} or newer (24 recommended), then run this again.`,
      )
      process.exit(1)
    }
    say(
      `Node ${versionOf(systemNode)} is older than ${oldestNode.join('.')}: adding Node ${nodePackageVersion} to node_modules …`,
    )
    npm('install', '--no-save', '--ignore-scripts', `${platform}@${nodePackageVersion}`)
  }
  node = bundled
}

const catalogInputs = [
  ...filesUnder(join(root, 'data')),
  ...filesUnder(join(root, 'packages', 'catalog', 'src')).filter((file) => !file.endsWith('.test.ts')),
]
const catalogStamp = stampOf(catalogInputs)
const catalogFile = join(root, 'packages', 'catalog', 'generated', 'catalog.json')
if (stamp.catalog !== catalogStamp || !existsSync(catalogFile)) {
  run(node, [join(root, 'packages', 'catalog', 'src', 'build.ts')])
  stamp.catalog = catalogStamp
  write()
}
