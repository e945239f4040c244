// bench-ws.mjs API [zlib-stream|zstd-stream] - a thin client takes a replay:
// @discordjs/ws for zlib-stream; for zstd-stream, which it cannot, a bare
// socket, the inflater and JSON.parse.
import zlib from 'node:zlib'
import { REST } from '@discordjs/rest'
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws'
import WebSocket from 'ws'
import { Meter } from './meter.mjs'

const [api, compress = 'zlib-stream'] = process.argv.slice(2)

async function library() {
  const meter = new Meter('@discordjs/ws')
  const rest = new REST({ api: api.replace(/\/v10$/, ''), version: '10' }).setToken('recorded')
  const manager = new WebSocketManager({
    token: 'recorded',
    intents: 513,
    rest,
    compression: CompressionMethod.ZlibNative
  })
  manager.on(WebSocketShardEvents.Dispatch, (p) => meter.take(p.t))
  manager.on(WebSocketShardEvents.Error, (e) => {
    console.error(e)
    process.exit(1)
  })
  await manager.connect()
}

async function bare() {
  const meter = new Meter('ws + zstd + JSON.parse')
  const { url } = await (await fetch(`${api}/gateway/bot`)).json()
  const ws = new WebSocket(`${url}/?v=10&encoding=json&compress=${compress}`, {
    perMessageDeflate: false,
    skipUTF8Validation: true
  })
  const inflate = zlib.createZstdDecompress({ chunkSize: 65536 })
  let parts = []
  inflate.on('data', (part) => parts.push(part))
  ws.on('message', (data) => {
    inflate.write(data, () => {
      const frame = JSON.parse(Buffer.concat(parts).toString())
      parts = []
      if (frame.op === 10)
        ws.send(
          JSON.stringify({
            op: 2,
            d: {
              token: 'recorded',
              intents: 513,
              properties: { os: 'linux', browser: 'b', device: 'b' }
            }
          })
        )
      else meter.take(frame.t)
    })
  })
}

await (compress === 'zstd-stream' ? bare() : library())
