// fake.mjs - a strict stand-in for Discord. See README.md.
//
//   node fake.mjs [--port N] [--control-port N] [--host H] [--token T]
//                 [--tls-cert FILE --tls-key FILE]
//
// Prints one line of JSON with its addresses and serves until SIGTERM.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Control } from './control.mjs'
import { Gateway } from './gateway.mjs'
import { Rest } from './rest.mjs'
import { State } from './state.mjs'

const listen = (server, port, host) =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server.address().port))
  })

// What people attach lies here, as it lies at Discord's own hosts.
function serveFile (state, request, response) {
  const text = state.files.get(request.url)
  response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'application/octet-stream' })
  response.end(text)
}

// A whole fake in this process, as the peers use it.
export async function startFake({
  port = 0,
  controlPort = 0,
  host = '127.0.0.1',
  name = host,
  token,
  cert,
  key
} = {}) {
  const tls = cert ? { cert: readFileSync(cert), key: readFileSync(key) } : null
  const state = new State({ token })
  const fake = { state, gateway: new Gateway(state) }
  fake.rest = new Rest(fake)
  const make = () => (tls ? https.createServer(tls) : http.createServer())
  const [main, second] = [make(), make()]
  main.on('request', (q, s) =>
    q.url.startsWith('/files/') ? serveFile(state, q, s) : fake.rest.handle(q, s)
  )
  second.on('request', (q, s) => {
    q.resume()
    s.writeHead(404).end()
  })
  fake.gateway.listen(main, false)
  fake.gateway.listen(second, true)
  const control = http.createServer()
  // A caller that was held up for longer than node's five seconds would find
  // its connection gone in the middle of a request.
  control.keepAliveTimeout = 600_000
  fake.control = new Control(fake)
  control.on('request', (q, s) => fake.control.handle(q, s))
  const [p, r, c] = [
    await listen(main, port, host),
    await listen(second, 0, host),
    await listen(control, controlPort, '127.0.0.1')
  ]
  const s = tls ? 's' : ''
  fake.gateway.url = `ws${s}://${name}:${p}`
  fake.gateway.resumeUrl = `ws${s}://${name}:${r}`
  fake.addresses = {
    port: p,
    api: `http${s}://${name}:${p}/api/v10`,
    gateway: fake.gateway.url,
    resume: fake.gateway.resumeUrl,
    control: `http://127.0.0.1:${c}`,
    token: state.token,
    application_id: state.appId,
    public_key: state.publicKey
  }
  fake.stop = () => {
    fake.gateway.stop()
    for (const one of [main, second, control]) {
      one.close()
      one.closeAllConnections()
    }
  }
  return fake
}

async function main() {
  const text = (d) => ({ type: 'string', ...(d ? { default: d } : {}) })
  const { values: v } = parseArgs({
    options: {
      port: text('0'),
      'control-port': text('0'),
      host: text('127.0.0.1'),
      name: text(),
      token: text(),
      'tls-cert': text(),
      'tls-key': text()
    }
  })
  const fake = await startFake({
    port: Number(v.port),
    controlPort: Number(v['control-port']),
    host: v.host,
    name: v.name,
    token: v.token,
    cert: v['tls-cert'],
    key: v['tls-key']
  })
  console.log(JSON.stringify(fake.addresses))
  const end = () => {
    fake.stop()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
