// index.mjs TOOL - the index of services/chain on a chain that reorganises at
// depths 1 to 30 while tokens move, beside what ethers finds from scratch.
// SEED= repeats the choices, ROUNDS= reorganisations (default 30).
import { id } from 'ethers'
import { deployTokens, random, replay, same, sleep, startAnvil, Tool, until } from './chain.mjs'

const ROUNDS = Number(process.env.ROUNDS || 30)
const SEED = Number(process.env.SEED || Date.now() % 1000000000)
const TRANSFER = id('Transfer(address,address,uint256)')
const CID = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
const draw = random(SEED)
console.log(`     chain index: ROUNDS=${ROUNDS} SEED=${SEED}`)

// Finality comes 40 blocks after the head: deeper than any reorganisation here.
const anvil = await startAnvil(['--slots-in-an-epoch', '20'])
const { joy, model, owner } = await deployTokens(anvil)
const accounts = await anvil.rpc('eth_accounts')
let minted = 0

function move () {
  const to = accounts[1 + draw(8)]
  const call = draw(4) === 0
    ? { to: model.target, data: model.interface.encodeFunctionData('mint', [to, id(`model ${minted++} ${SEED}`), CID, to, 0]) }
    : { to: joy.target, data: joy.interface.encodeFunctionData('transfer', [to, 1 + draw(1000)]) }
  return { from: owner, gas: '0x7a120', ...call }
}
// The node may mine between choosing a nonce and using it.
async function moveOnce () {
  for (let n = 0; ; n++) {
    try {
      return await anvil.rpc('eth_sendTransaction', move())
    } catch (e) {
      if (n === 5 || !/nonce/.test(e.message)) throw e
    }
  }
}

// A history: thousands of blocks, some with events, before anybody looks.
for (let i = 0; i < 60; i++) {
  await moveOnce()
  if (i % 3 === 0) await anvil.rpc('anvil_mine', '0x' + (1 + draw(100)).toString(16))
}
const genesis = await anvil.rpc('eth_getBlockByNumber', '0x0', false)
const tool = new Tool(process.argv[2], ['--url', anvil.url, '--name', 'one', '--url', anvil.url, '--name', 'two',
  '--chain', 31337, '--poll', 20, '--from', 0, genesis.hash, '--address', joy.target, '--address', model.target,
  '--topic', TRANSFER, '--range', 300, '--rescan', 3000])
await until('the history', () => tool.final.length > 0 && tool.chainHead !== undefined)

await anvil.rpc('evm_setAutomine', false)
await anvil.rpc('evm_setIntervalMining', 1)
const deepest = { asked: 0 }
const started = Date.now()
for (let round = 0; round < ROUNDS; round++) {
  const depth = 1 + (round * 7 + draw(3)) % 30
  for (let n = 1 + draw(4); n > 0; n--) await moveOnce()
  for (let n = draw(depth + 5); n > 0; n--) {
    if (draw(3) === 0) await moveOnce()
    await anvil.rpc('anvil_mine', '0x1')
  }
  // Sometimes what goes away was looked at, sometimes not.
  await sleep(draw(3) * 100)
  const again = []
  for (let at = 0; at < depth; at++) if (draw(3) > 0) again.push([move(), at])
  deepest.asked = Math.max(deepest.asked, depth)
  await anvil.rpc('anvil_reorg', depth, again).catch((e) => {
    if (!/nonce/.test(e.message)) throw e
    return anvil.rpc('anvil_reorg', depth, [])
  })
  if (draw(2) === 0) await sleep(50 + draw(200))
}
await anvil.rpc('evm_setIntervalMining', 0)
await anvil.rpc('anvil_mine', '0x5')
const top = Number(await anvil.rpc('eth_blockNumber'))
const end = await anvil.rpc('eth_getBlockByNumber', 'finalized', false)
const stat = await until('the head', async () => {
  const s = await tool.stat()
  return s.head === top && s.final === Number(end.number) && s
})
if (tool.faults.length > 0) throw new Error(tool.faults[0])
same('head view', tool.head, await replay([joy, model], 'Transfer', 1, top))
same('final view', tool.final, await replay([joy, model], 'Transfer', 1, Number(end.number)))
const last = tool.finals.at(-1)
if (last.final !== Number(end.number) || last.hash !== end.hash) throw new Error('the last final block is another one')
for (let i = 1; i < tool.finals.length; i++) if (tool.finals[i].final <= tool.finals[i - 1].final) throw new Error('final blocks go back')
if (stat.reorgs < ROUNDS / 3 || tool.gone === 0) throw new Error(`only ${stat.reorgs} reorganisations were seen`)
if (tool.alarms.length > 0) throw new Error(`alarm: ${tool.alarms[0].text}`)

// And all of it becomes final.
await anvil.rpc('anvil_mine', '0x40')
const until2 = await anvil.rpc('eth_getBlockByNumber', 'finalized', false)
await until('the end', async () => (await tool.stat()).final === Number(until2.number))
same('final view', tool.final, await replay([joy, model], 'Transfer', 1, Number(until2.number)))
const rescans = await until('a second look', async () => { const s = await tool.stat(); return s.rescans > 0 && s })
if (tool.alarms.length > 0) throw new Error(`alarm: ${tool.alarms[0].text}`)
await tool.quit()
console.log(`ok   peer chain index: ${tool.final.length} events final, ${tool.gone} gone again in ${stat.reorgs} reorganisations ` +
  `(deepest ${stat.deepest} of ${deepest.asked}), ${stat.ranges} ranges, ${rescans.rescans} second looks, ${((Date.now() - started) / 1000).toFixed(0)} s: as ethers finds them`)
process.exit(0)

