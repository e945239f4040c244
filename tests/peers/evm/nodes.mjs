// nodes.mjs TOOL [MODE] - the nodes of services/chain behind a proxy that is bad
// in one way at a time, beside a good node. In every mode what is read is right,
// what is sent happens once, what is indexed is what ethers finds, and the
// figures name the fault.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Contract, id, JsonRpcProvider, Wallet } from 'ethers'
import { deployTokens, replay, same, sleep, startAnvil, Tool, until } from './chain.mjs'
import { Torture } from './torture.mjs'

const [, , path, only] = process.argv
const ALL = ('clean html truncated cut dead wrongId silent limited limitedInWords wrongChain lagging nullFinal dropLogs dropOneLog ' +
  'fakeLog wrongHash wrongCall dropTransactions rangeLimit historyOfALiar nobodySaysWhatIsFinal finalityStalls chaos oneIsAway ' +
  'secondLook strangeStart deniedFinality').split(' ')
if (only === undefined) {
  // A chain of its own for each: of a long one that reorganises anvil loses blocks.
  for (const name of ALL) {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), path, name], { stdio: 'inherit' })
    if (status !== 0) process.exit(1)
  }
  process.exit(0)
}
const TRANSFER = id('Transfer(address,address,uint256)')
const anvil = await startAnvil(['--slots-in-an-epoch', '2'])
const { joy, owner } = await deployTokens(anvil)
const bad = await new Torture(anvil.url).listen()
const good = await new Torture(anvil.url).listen()
const fail = (text) => { throw new Error(text) }
const check = (what, is) => { if (!is) fail(what) }

// ---- the proxy itself, judged by ethers ----

{
  const direct = anvil.provider
  const through = new JsonRpcProvider(bad.url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 })
  const alike = async (what, ask) => {
    const [a, b] = [await ask(direct), await ask(through)].map((v) => JSON.stringify(v, (_, x) => typeof x === 'bigint' ? String(x) : x))
    check(`the proxy changes ${what}`, a === b)
  }
  await alike('a block', (p) => p.send('eth_getBlockByNumber', ['0x1', true]))
  await alike('the final block', (p) => p.getBlock('finalized'))
  await alike('logs', (p) => new Contract(joy.target, joy.interface, p).queryFilter('Transfer'))
  await alike('a call', (p) => new Contract(joy.target, joy.interface, p).balanceOf(owner))
  await alike('a refusal', (p) => new Contract(joy.target, joy.interface, p).transfer.staticCall(owner, 1, { from: joy.target }).catch((e) => e.data))
  const wallet = new Wallet('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d', through)
  const receipt = await (await wallet.sendTransaction({ to: owner, value: 1n })).wait()
  check('a transaction through the proxy', receipt.status === 1)
  check('ethers made no request that the proxy refuses', bad.refused === 0)
  const nonsense = await fetch(bad.url, { method: 'POST', body: '{"id":1}' })
  check('the proxy takes anything', nonsense.status === 400)
  if (only === 'clean') console.log('     chain nodes: the proxy passes on what ethers asks')
}

// ---- one mode ----

const wallet = new Wallet('0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a')
let minedUpTo = 0
async function transfer (tool, amount, expects = 'OK') {
  const to = Wallet.createRandom().address
  const nonce = Number(await anvil.rpc('eth_getTransactionCount', wallet.address, 'latest'))
  const raw = await wallet.signTransaction({ type: 2, chainId: 31337, nonce, to, value: amount, gasLimit: 21000,
    maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n })
  const first = await tool.send(raw)
  check(`send: ${first.status} ${first.about}`, first.status === expects)
  if (expects !== 'OK') return
  const second = await tool.send(raw)
  check(`send again: ${second.status} ${second.message}`, second.status === 'OK')
  await until('it is mined', async () => (await anvil.rpc('eth_getTransactionReceipt', JSON.stringify(first.result).slice(1, -1))) !== null, 5000)
  check('its hash', JSON.stringify(first.result) === JSON.stringify(second.result))
  await anvil.rpc('anvil_mine', '0x1')
  check('happened once', BigInt(await anvil.rpc('eth_getBalance', to, 'latest')) === amount)
  check('one nonce', Number(await anvil.rpc('eth_getTransactionCount', wallet.address, 'latest')) === nonce + 1)
}

async function readRight (tool, wants = 'OK') {
  const data = joy.interface.encodeFunctionData('balanceOf', [owner])
  for (let i = 0; i < 6; i++) {
    // The newest block's state may still be in the making.
    const block = '0x' + (await anvil.provider.getBlockNumber() - 2).toString(16)
    await until('the tool has the block', () => tool.chainHead?.head >= Number(block), 20000)
    const want = await anvil.rpc('eth_call', { to: joy.target, data }, block)
    const have = await tool.ask(i % 2 === 0 ? 'READ' : wants === 'OK' ? 'AGREED' : 'READ', 'eth_call', { to: joy.target, data }, block)
    check(`read: ${have.status} ${have.about}`, have.status === 'OK')
    check(`read ${have.result}, not ${want}`, have.result === want)
  }
}

// Bad and good: [mode, what the bad node's figures say, options]. `agreed`: what
// a read of two says while one of two is so.
const MODES = {
  clean: { says: (s) => s.state === 'well' && s.failures === 0 },
  html: { says: (s) => /HTTP 502/.test(s.error) && s.opened > 0 && s.state === 'failing', agreed: 'UNAVAILABLE' },
  truncated: { says: (s) => /not JSON/.test(s.error) && s.opened > 0, agreed: 'UNAVAILABLE' },
  cut: { says: (s) => /connection broke/.test(s.error) && s.opened > 0, agreed: 'UNAVAILABLE' },
  dead: { says: (s) => /connection broke/.test(s.error) && s.opened > 0, agreed: 'UNAVAILABLE' },
  wrongId: { says: (s) => /another request/.test(s.error) && s.opened > 0, agreed: 'UNAVAILABLE' },
  silent: { says: (s) => /no answer in time/.test(s.error) && s.opened > 0, agreed: 'UNAVAILABLE' },
  limited: { says: (s) => s.limited > 0 && s.opened === 0 && /too often/.test(s.error), agreed: 'UNAVAILABLE RATE_LIMITED' },
  limitedInWords: { says: (s) => s.limited > 0 && s.opened === 0 && /-32005/.test(s.error), agreed: 'UNAVAILABLE RATE_LIMITED' },
  wrongChain: { says: (s, t) => s.state === 'of another chain' && t.alerts.some((a) => a.alert === 'WRONG_CHAIN' && /bad is of chain 137, not 31337/.test(a.text)), agreed: 'UNAVAILABLE', stays: true, fromStart: true },
  lagging: { lag: 30, says: (s) => s.state === 'behind the others' && s.lag >= 25, agreed: 'UNAVAILABLE' },
  nullFinal: { says: (s) => s.state === 'well' },
  dropLogs: { says: (s, t) => t.alarms.some((a) => a.alarm === 'UNTRUE' && /^bad gave other logs/.test(a.text)) && s.failures > 0 },
  dropOneLog: { says: (s, t) => t.alarms.some((a) => a.alarm === 'UNTRUE' && /^bad gave other logs/.test(a.text)) },
  fakeLog: { says: (s, t) => t.alarms.some((a) => a.alarm === 'UNTRUE' && /^bad gave other logs/.test(a.text)) },
  wrongHash: { says: (s) => s.failures > 0 && /block/.test(s.error), agreed: 'ANY' },
  wrongCall: { says: (s, t) => t.alerts.some((a) => a.alert === 'DISAGREED' && /bad and good gave different answers/.test(a.text)), agreed: 'CONFLICT', lies: true },
  dropTransactions: { says: (s) => s.state === 'well' }
}

async function oneMode (mode, m) {
  const from = await anvil.rpc('eth_getBlockByNumber', 'finalized', false)
  bad.lag = m.lag ?? 0
  bad.mode = m.fromStart ? mode : 'clean'
  const tool = new Tool(path, ['--url', bad.url + '/secretkey', '--name', 'bad', '--url', good.url, '--name', 'good',
    '--chain', 31337, '--poll', 40, '--try', 300, '--timeout', 2500, '--open', 300, '--lag', 10,
    '--from', Number(from.number), from.hash, '--address', joy.target, '--topic', TRANSFER, '--rescan', 60000])
  await until('the nodes are known', async () => {
    const [b, g] = (await tool.stat()).stat
    return g.state === 'well' && (b.state === 'well' || m.fromStart)
  })
  bad.mode = mode
  let running = true
  const chain = (async () => {
    const to = Wallet.createRandom().address
    while (running) {
      await anvil.rpc('eth_sendTransaction', { from: owner, to: joy.target, gas: '0x7a120',
        data: joy.interface.encodeFunctionData('transfer', [to, ++minedUpTo]) })
      if (minedUpTo % 3 === 0) await anvil.rpc('anvil_mine', '0x2')
      await sleep(60)
    }
  })()
  await sleep(m.lag ? 2500 : 1200)
  if (!m.lies) await readRight(tool, m.agreed ?? 'OK')
  if (m.agreed !== undefined && m.agreed !== 'ANY') {
    const block = '0x' + (await anvil.provider.getBlockNumber() - 2).toString(16)
    const data = joy.interface.encodeFunctionData('balanceOf', [owner])
    const have = await tool.ask('AGREED', 'eth_call', { to: joy.target, data }, block)
    check(`a read of two: ${have.status} ${have.about}`, m.agreed.includes(have.status) || (have.status === 'OK' && !m.lies))
  }
  for (let i = 0; i < 3; i++) await transfer(tool, BigInt(1000 + i))
  await until(`the figures name ${mode}`, async () => m.says((await tool.stat()).stat[0], tool), 15000)
    .catch(async (e) => fail(`${e.message}\n${JSON.stringify(await tool.stat())}\n${JSON.stringify(tool.alarms)}${JSON.stringify(tool.alerts)}`))
  running = false
  await chain
  await anvil.rpc('anvil_mine', '0x8')
  const top = await anvil.provider.getBlockNumber()
  const final = Number((await anvil.rpc('eth_getBlockByNumber', 'finalized', false)).number)
  await until('the index is at the head', async () => {
    const s = await tool.stat()
    return s.head === top && s.final === final
  }, 30000).catch(async (e) => fail(`${e.message}: head ${top}, final ${final}\n${JSON.stringify(await tool.stat())}\n${JSON.stringify(tool.alarms)}`))
  if (tool.faults.length > 0) fail(tool.faults[0])
  same('head view', tool.head, await replay([joy], 'Transfer', Number(from.number) + 1, top))
  same('final view', tool.final, await replay([joy], 'Transfer', Number(from.number) + 1, final))
  const text = JSON.stringify([await tool.stat(), tool.alerts, tool.alarms])
  check('the key is in a text', !text.includes('secretkey'))
  bad.mode = 'clean'
  if (!m.stays) await until('the node is well again', async () => (await tool.stat()).stat[0].state === 'well', 20000)
  await readRight(tool, m.stays ? 'one' : 'OK')
  const end = await tool.stat()
  await tool.quit()
  console.log(`ok   peer chain nodes: ${mode}: ${tool.final.length} events final, bad node: ` +
    `${end.stat[0].failures} failures, opened ${end.stat[0].opened}, limited ${end.stat[0].limited}${end.untrue ? `, untrue ${end.untrue}` : ''}`)
}

// ---- both nodes, or all modes in turn ----

const BOTH = ['--url', bad.url + '/secretkey', '--name', 'bad', '--url', good.url, '--name', 'good', '--chain', 31337, '--poll', 40,
  '--try', 300, '--timeout', 2500, '--open', 300, '--address', joy.target, '--topic', TRANSFER]
const move = () => anvil.rpc('eth_sendTransaction', { from: owner, to: joy.target, gas: '0x7a120',
  data: joy.interface.encodeFunctionData('transfer', [Wallet.createRandom().address, ++minedUpTo]) })
const fromNow = async () => {
  const b = await anvil.rpc('eth_getBlockByNumber', 'finalized', false)
  return { first: Number(b.number) + 1, args: ['--from', Number(b.number), b.hash] }
}
const atEnd = async (tool, first, behind) => {
  const top = await anvil.provider.getBlockNumber()
  const final = behind ?? Number((await anvil.rpc('eth_getBlockByNumber', 'finalized', false)).number)
  await until('the index is at the head', async () => {
    const s = await tool.stat()
    return s.head === top && s.final === final
  }, 30000).catch(async (e) => fail(`${e.message}: head ${top}, final ${final}\n${JSON.stringify(await tool.stat())}\n${JSON.stringify(tool.alarms)}`))
  if (tool.faults.length > 0) fail(tool.faults[0])
  try {
    same('head view', tool.head, await replay([joy], 'Transfer', first, top))
    same('final view', tool.final, await replay([joy], 'Transfer', first, final))
  } catch (e) {
    fail(`${e.message}\n${JSON.stringify(await tool.stat())}\n${JSON.stringify(tool.alarms)}`)
  }
}

const SCENES = {
  // Providers that give ten blocks at a time.
  async rangeLimit () {
    const { first, args } = await fromNow()
    for (let i = 0; i < 20; i++) { await move(); await anvil.rpc('anvil_mine', '0x20') }
    bad.mode = good.mode = 'rangeLimit'
    const tool = new Tool(path, [...BOTH, ...args])
    await atEnd(tool, first)
    const s = await tool.stat()
    check(`ranges of ${s.range}`, s.range <= 10)
    await tool.quit()
    return `${s.ranges} ranges`
  },
  // The history while one of two gives no logs.
  async historyOfALiar () {
    const { first, args } = await fromNow()
    for (let i = 0; i < 20; i++) { await move(); await anvil.rpc('anvil_mine', '0x20') }
    bad.mode = 'dropLogs'
    const tool = new Tool(path, [...BOTH, ...args])
    const alarm = await until('an alarm', () => tool.alarms.find((a) => a.alarm === 'DISPUTED'), 10000)
    check(`who: ${alarm.text}`, /bad and good gave different answers/.test(alarm.text))
    check('something was told', tool.final.length === 0)
    bad.mode = 'clean'
    await atEnd(tool, first)
    await tool.quit()
    return 'nothing is told until two agree'
  },
  async nobodySaysWhatIsFinal () {
    const { first, args } = await fromNow()
    bad.mode = good.mode = 'nullFinal'
    const tool = new Tool(path, [...BOTH, ...args, '--confirmations', 6])
    for (let i = 0; i < 12; i++) { await move(); await sleep(50) }
    await atEnd(tool, first, await anvil.provider.getBlockNumber() - 6)
    check('one alert', tool.alerts.filter((a) => a.alert === 'FINALITY_GUESSED').length === 1)
    bad.mode = good.mode = 'clean'
    await anvil.rpc('anvil_mine', '0x10')
    await until('the nodes are believed again', () => tool.alerts.some((a) => a.alert === 'FINALITY_BACK'), 10000)
    await atEnd(tool, first)
    await tool.quit()
    return 'by confirmations, and back'
  },
  async finalityStalls () {
    await anvil.rpc('anvil_mine', '0x20')
    const { first, args } = await fromNow()
    const tool = new Tool(path, [...BOTH, ...args, '--confirmations', 6, '--stall', 700])
    await until('a head', () => tool.chainHead?.finalHead > 0)
    bad.mode = good.mode = 'stuckFinal'
    for (let i = 0; i < 20; i++) { await move(); await sleep(80) }
    await atEnd(tool, first, await anvil.provider.getBlockNumber() - 6)
    check('one alert', tool.alerts.filter((a) => a.alert === 'FINALITY_GUESSED').length === 1)
    await tool.quit()
    return 'by confirmations'
  },
  // Every fault in turn, and reorganisations meanwhile.
  async chaos () {
    const { first, args } = await fromNow()
    const tool = new Tool(path, [...BOTH, ...args])
    const modes = Object.keys(MODES).filter((m) => m !== 'wrongChain' && m !== 'wrongCall')
    bad.lag = 30
    for (let i = 0; i < 100; i++) {
      if (i % 3 === 0) bad.mode = modes[(i / 3 * 7) % modes.length]
      await move().catch((e) => { if (!/nonce/.test(e.message)) throw e })
      if (i % 10 === 9) await anvil.rpc('anvil_reorg', 1 + i % 3, [])
      await sleep(60)
    }
    bad.mode = 'clean'
    await anvil.rpc('anvil_mine', '0x1')
    await atEnd(tool, first)
    const s = await tool.stat()
    check(`${s.reorgs} reorganisations`, s.reorgs >= 3)
    await tool.quit()
    return `${s.finals} events, ${s.reorgs} reorganisations, ${s.untrue} untrue answers`
  },
  // One node of two is away for all of the history.
  async oneIsAway () {
    const { first, args } = await fromNow()
    for (let i = 0; i < 10; i++) { await move(); await anvil.rpc('anvil_mine', '0x20') }
    bad.mode = 'dead'
    const tool = new Tool(path, [...BOTH, ...args])
    await atEnd(tool, first)
    await tool.quit()
    return 'the other does'
  },
  // A log that both withhold is found by looking again later.
  async secondLook () {
    const { first, args } = await fromNow()
    await move()
    await anvil.rpc('anvil_mine', '0x10')
    bad.mode = good.mode = 'dropLogs'
    const tool = new Tool(path, [...BOTH, ...args, '--rescan', 1500])
    await until('the range', () => tool.finals.length > 0)
    bad.mode = good.mode = 'clean'
    const alarm = await until('an alarm', () => tool.alarms.find((a) => a.alarm === 'MISSED'), 10000)
    check(`${first}: ${alarm.text}`, /never told/.test(alarm.text))
    await tool.quit()
    return alarm.text
  },
  // The block that it is to begin after is none of this chain's.
  async strangeStart () {
    await anvil.rpc('anvil_mine', '0x20')
    const tool = new Tool(path, [...BOTH, '--from', 5, '0x' + '12'.repeat(32)])
    const alarm = await until('an alarm', () => tool.alarms.find((a) => a.alarm === 'FROZEN'), 10000)
    check('something was told', tool.finals.length === 0 && tool.head.length === 0)
    await tool.quit()
    return alarm.text
  },
  // The chain denies what was final: nothing more is told.
  async deniedFinality () {
    await anvil.rpc('anvil_mine', '0x20')
    const { args } = await fromNow()
    const tool = new Tool(path, [...BOTH, ...args])
    for (let i = 0; i < 8; i++) { await move(); await sleep(60) }
    await until('a final block', () => tool.finals.length > 3)
    const told = tool.final.length
    await anvil.rpc('anvil_reorg', 15, [])
    for (let i = 0; i < 12; i++) { await anvil.rpc('anvil_mine', '0x1'); await sleep(60) }
    const alarm = await until('an alarm', () => tool.alarms.find((a) => a.alarm === 'FROZEN'), 15000)
      .catch(async (e) => fail(`${e.message} ${JSON.stringify(await tool.stat())} ${JSON.stringify(tool.alerts)}`))
    check('more was told', tool.final.length === told && (await tool.stat()).frozen)
    await tool.quit()
    return alarm.text
  }
}

check('the list of modes', [...Object.keys(MODES), ...Object.keys(SCENES)].join(' ') === ALL.join(' ') && ALL.includes(only))
for (const [mode, m] of Object.entries(MODES)) {
  if (only !== mode) continue
  try {
    await oneMode(mode, m)
  } catch (e) {
    console.log(`FAIL peer chain nodes: ${mode}: ${e.message}`)
    process.exit(1)
  }
}
for (const [name, scene] of Object.entries(SCENES)) {
  if (only !== name) continue
  bad.mode = good.mode = 'clean'
  try {
    console.log(`ok   peer chain nodes: ${name}: ${await scene()}`)
  } catch (e) {
    console.log(`FAIL peer chain nodes: ${name}: ${e.message}`)
    process.exit(1)
  }
}
check(`the proxy refused ${bad.refused + good.refused - 1} requests`, bad.refused + good.refused === 1)
process.exit(0)
