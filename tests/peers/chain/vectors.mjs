// vectors.mjs - tests/unit/chain/vectors.h, on standard output: what ethers
// makes of the compiled contracts' ABIs for the actions of test_calls.c, where
// accounts are, and logs for test_results.c. Addresses are made up.
import { createRequire } from 'node:module'
import { createHash } from 'node:crypto'
import { compiled } from '../../../contracts/tools/compiled.mjs'

const require = createRequire(new URL('../evm/', import.meta.url))
const { ethers } = require('ethers')

const at = (n) => '0x' + n.toString(16).padStart(2, '0').repeat(20)
const word = (n) => '0x' + n.toString(16).padStart(2, '0').repeat(32)
const NAMES = ['JoyToken', 'ModelNFT', 'ModelRegistry', 'ModelMarket', 'LeaseEscrow', 'Vault', 'Account']
const [JOY, NFT, REGISTRY, MARKET, ESCROW, VAULT, ACCOUNT] = NAMES.map((_, i) => at(i + 1))
const abi = (name) => new ethers.Interface(compiled(name).abi)
const [joy, nft, registry, market, escrow, vault] = NAMES.map(abi)
const splitter = abi('Splitter')

const OP = '0x' + createHash('sha256').update('i_abcdefghij').digest('hex')
const HOUSE = '0x' + '00'.repeat(32)
const NOW = 1800000000n
const HOUR = 3600
const YEAR = 366 * 86400
const micro = (n) => BigInt(n) * 10n ** 12n

const saltOf = (community, member) =>
  '0x' + createHash('sha256').update(`stoa account v1\n${community}\n${member}`).digest('hex')
// ERC-1167, EIP-1014.
const clone = ethers.concat(['0x3d602d80600a3d3981f3363d3d373d3d3d363d73', ACCOUNT, '0x5af43d82803e903d91602b57fd5bf3'])
const placeOf = (salt) => ethers.getCreate2Address(VAULT, salt, ethers.keccak256(clone))
const salt = (member) => saltOf('c_abcdefghij', member)
const account = (member) => placeOf(salt(member))

const rows = []
const run = (who, fund, calls, others = []) =>
  vault.encodeFunctionData('run', [OP, who, fund, calls.map(([target, data, mayFail]) => [target, !!mayFail, data]), others])
const approve = (spender, amount) => [JOY, joy.encodeFunctionData('approve', [spender, amount])]
const rent = (amount) => [amount, HOUR, 1, YEAR]
const withdraw = (who) => [ESCROW, escrow.encodeFunctionData('withdraw', [JOY, who]), true]
const release = (who) => [at(0xaa), splitter.encodeFunctionData('release', [JOY, who]), true]
const listing = (price) => [NFT, word(0x21), 1, JOY, price, NOW - 300n, (1n << 128n) - 1n, false]

rows.push(['MINT', run(HOUSE, 0, [[REGISTRY, registry.encodeFunctionData('approve', [[
  word(0x11), 'bafy', account('m1'), 500, JOY, micro(12500000), rent(micro(1)),
  [[account('m1'), 7000], [account('m2'), 2000], [account('@treasury'), 1000]]]])]])])
rows.push(['RELIST', run(HOUSE, 0, [[REGISTRY, registry.encodeFunctionData('relist', [
  word(0x11), JOY, 0, rent(micro(5))])]])])
rows.push(['LIST', run(salt('m2'), 0, [
  [NFT, nft.encodeFunctionData('approve', [MARKET, word(0x21)])],
  [MARKET, market.encodeFunctionData('createListing', [listing(micro(3))])],
  [ESCROW, escrow.encodeFunctionData('offer', [NFT, word(0x21), JOY, micro(4), HOUR, 1, YEAR])]])])
rows.push(['LIST_AGAIN', run(salt('m2'), 0, [
  [MARKET, market.encodeFunctionData('cancelListing', [word(0x31)])],
  [NFT, nft.encodeFunctionData('approve', [MARKET, word(0x21)])],
  [MARKET, market.encodeFunctionData('createListing', [listing(micro(3))])],
  [ESCROW, escrow.encodeFunctionData('withdrawOffer', [NFT, word(0x21)])]])])
rows.push(['UNLIST', run(salt('m2'), 0, [
  [MARKET, market.encodeFunctionData('cancelListing', [word(0x31)])],
  [NFT, nft.encodeFunctionData('approve', [ethers.ZeroAddress, word(0x21)])],
  [ESCROW, escrow.encodeFunctionData('withdrawOffer', [NFT, word(0x21)])]])])
rows.push(['BUY', run(salt('m2'), micro(3), [approve(MARKET, micro(3)),
  [MARKET, market.encodeFunctionData('buyFromListing', [word(0x31), account('m2'), 1, JOY, micro(3)])]])])
rows.push(['LEASE', run(salt('m3'), micro(9), [approve(ESCROW, micro(9)),
  [ESCROW, escrow.encodeFunctionData('lease', [NFT, word(0x21), 86400, JOY, micro(9)])]])])
rows.push(['END_LEASE', run(salt('m3'), 0, [
  [ESCROW, escrow.encodeFunctionData('end', [NFT, word(0x21)])], withdraw(account('m3'))])])
rows.push(['COLLECT', run(HOUSE, 0, [
  [ESCROW, escrow.encodeFunctionData('settle', [NFT, word(0x21)])],
  withdraw(at(0xaa)), withdraw(VAULT),
  ...['m1', '@treasury'].flatMap((m) => [withdraw(account(m)), release(account(m))])],
[salt('m1'), salt('@treasury')])])
rows.push(['SEND', vault.encodeFunctionData('pay', [OP, at(0xbb), micro(7)])])
rows.push(['GIVE', run(salt('m2'), 0, [[NFT, nft.encodeFunctionData('safeTransferFrom(address,address,uint256)', [
  account('m2'), at(0xbb), word(0x21)])]])])
rows.push(['SWEEP', run(salt('m2'), 0, [])])
rows.push(['ANCHOR', vault.encodeFunctionData('anchor', [OP, word(0x41)])])

// ---- logs ----

const logs = []
const log = (name, who, contract, event, values) => {
  const { topics, data } = contract.encodeEventLog(event, values)
  logs.push([name, who, topics, data])
}
const row = [7, word(0x21), 1, micro(3), NOW, (1n << 48n) - 1n, account('m2'), NFT, JOY, 0, 1, false]
log('APPROVED', REGISTRY, registry, 'Approved', [word(0x11), word(0x21), account('m1'), at(0xaa)])
log('LISTED', REGISTRY, registry, 'Listed', [word(0x11), word(0x21), MARKET, 7])
log('LISTING_REFUSED', REGISTRY, registry, 'ListingRefused', [word(0x11), word(0x21), MARKET,
  market.encodeErrorResult('PriceTooLarge', [5])])
log('NEW_LISTING', MARKET, market, 'NewListing', [account('m2'), 8, NFT, row])
log('NEW_SALE', MARKET, market, 'NewSale', [account('m2'), 8, NFT, word(0x21), account('m3'), 1, micro(3)])
log('LEASED', ESCROW, escrow, 'Leased', [NFT, word(0x21), account('m3'), NOW, NOW + 60n, JOY, micro(9)])
log('ENDED', ESCROW, escrow, 'Ended', [NFT, word(0x21), account('m3'), NOW, NOW + 30n, micro(4)])
log('TRANSFER', JOY, joy, 'Transfer', [VAULT, account('m3'), 5])

// ---- as C ----

const pieces = (hex) => hex.slice(2).match(/.{1,60}/g).map((p) => `\t"${p}"`).join(' \\\n')
const define = (name, hex) => `#define ${name} \\\n${pieces(hex)}\n`
process.stdout.write(`/* vectors.h - made by tests/peers/chain/vectors.mjs with ethers; not edited. */
#ifndef STOA_TESTS_CHAIN_VECTORS_H
#define STOA_TESTS_CHAIN_VECTORS_H

/* clang-format off */
#define ACCOUNT_HOUSE "${placeOf(HOUSE)}"
#define ACCOUNT_M1 "${account('m1')}"
#define ACCOUNT_M2 "${account('m2')}"
#define ACCOUNT_TREASURY "${account('@treasury')}"
#define SALT_M1 "${salt('m1').slice(2)}"

${rows.map(([name, hex]) => define(`CALL_${name}`, hex)).join('\n')}
/* Logs: address, topics, data. */
${logs.map(([name, who, topics, data]) =>
    define(`LOG_${name}_AT`, who) + define(`LOG_${name}_TOPICS`, ethers.concat(topics)) + define(`LOG_${name}_DATA`, data)).join('\n')}
#define REVERT_LIMIT \\
${pieces(vault.encodeErrorResult('OverDailyLimit', [1001, 1000]))}
#endif
`)
