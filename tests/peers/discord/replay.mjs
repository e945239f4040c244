// replay.mjs - a gateway that only sends a recording, as fast as it is taken.
//
//   node replay.mjs DIR [--compress zlib-stream|zstd-stream|plain] [--port N]
//
// Prints {port, api, gateway, events, marker}. HELLO goes out at once, the rest after
// IDENTIFY; heartbeats are not answered (the interval is an hour).
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'

const SLICE = 256 * 1024

// The whole recording as unmasked WebSocket frames in one buffer.
function framed(folder, name) {
  const bin = readFileSync(join(folder, `${name}.bin`))
  const raw = readFileSync(join(folder, `${name}.idx`))
  const lengths = Array.from({ length: raw.length / 4 }, (_, i) => raw.readUInt32LE(i * 4))
  const head = (n) => (n < 126 ? 2 : n < 65536 ? 4 : 10)
  const out = Buffer.allocUnsafe(lengths.reduce((sum, n) => sum + n + head(n), 0))
  let from = 0
  let to = 0
  let first = 0
  for (const [i, n] of lengths.entries()) {
    out[to] = name === 'plain' ? 0x81 : 0x82
    if (n < 126) out[to + 1] = n
    else if (n < 65536) {
      out[to + 1] = 126
      out.writeUInt16BE(n, to + 2)
    } else {
      out[to + 1] = 127
      out.writeBigUInt64BE(BigInt(n), to + 2)
    }
    to += head(n)
    to += bin.copy(out, to, from, from + n)
    from += n
    if (i === 0) first = to
  }
  return { hello: out.subarray(0, first), rest: out.subarray(first) }
}

function pump(socket, bytes) {
  let at = 0
  const more = () => {
    while (at < bytes.length) {
      const open = socket.write(bytes.subarray(at, (at += SLICE)))
      if (!open) return socket.once('drain', more)
    }
  }
  more()
}

const {
  values,
  positionals: [folder]
} = parseArgs({
  allowPositionals: true,
  options: {
    compress: { type: 'string', default: 'zlib-stream' },
    port: { type: 'string', default: '0' }
  }
})
const { hello, rest } = framed(folder, values.compress)
const info = JSON.parse(readFileSync(join(folder, 'info.json')))
const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json')
  response.end(
    JSON.stringify({
      url: `ws://127.0.0.1:${server.address().port}`,
      shards: 1,
      session_start_limit: { total: 1000, remaining: 1000, reset_after: 1, max_concurrency: 1 }
    })
  )
})
const wss = new WebSocketServer({ server, perMessageDeflate: false })
wss.on('connection', (ws, request) => {
  const asked = new URL(request.url, 'http://replay').searchParams.get('compress') ?? 'plain'
  if (asked !== values.compress) return ws.close(4002, `this recording is ${values.compress}`)
  const socket = ws._socket
  socket.setNoDelay(true)
  socket.write(hello)
  ws.on('message', (data) => {
    const { op } = JSON.parse(data)
    if (op === 2) pump(socket, rest)
    else if (op === 6) ws.close(4009)
  })
  ws.on('error', () => {})
})
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address()
  console.log(
    JSON.stringify({
      port,
      api: `http://127.0.0.1:${port}/api/v10`,
      gateway: `ws://127.0.0.1:${port}`,
      compress: values.compress,
      events: info.messages - 1,
      marker: info.marker
    })
  )
})
process.on('SIGTERM', () => process.exit(0))
