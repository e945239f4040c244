// chain_sums.mjs HOME COMMUNITY DUST MEMBER... <what traders printed - compares
// it with the chain, read from nothing by ethers: who owns each token, from all
// transfers since the first block; and that the vault, its accounts, escrow and
// splitters together hold what the ledger says, and at most DUST micro-Joy more.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../peers/evm/package.json', import.meta.url))
const { Contract, JsonRpcProvider, toBeHex } = require('ethers')

const [home, community, dust, ...members] = process.argv.slice(2)
const manifest = JSON.parse(readFileSync(`${home}/chain/manifest.json`, 'utf8')).contracts
const provider = new JsonRpcProvider(readFileSync(`${home}/chain/url`, 'utf8').trim(),
	undefined, { staticNetwork: true })
const joy = new Contract(manifest.JoyToken.address,
	['function balanceOf(address) view returns (uint256)'], provider)
const nft = new Contract(manifest.ModelNFT.address,
	['event Transfer(address indexed from, address indexed to, uint256 indexed id)'], provider)
const vault = new Contract(manifest.Vault.address,
	['function accountOf(bytes32) view returns (address)'], provider)

const accountOf = member => vault.accountOf('0x' + createHash('sha256')
	.update(`stoa account v1\n${community}\n${member}`).digest('hex'))
const accounts = new Map()
for (const member of [...members, '@treasury']) accounts.set(member, await accountOf(member))

const owner = new Map(), splitter = new Map()
for (const e of await nft.queryFilter(nft.filters.Transfer(), 0)) {
	const id = toBeHex(e.args.id, 32).slice(2)
	if (!owner.has(id)) splitter.set(id, e.args.to)
	owner.set(id, e.args.to)
}

let wrong = 0, owned = 0, ledger = null
for (const line of readFileSync(0, 'utf8').split('\n')) {
	const [kind, ...words] = line.split(' ')
	if (kind === 'owner') {
		const [model, member, token] = words
		const is = owner.get(token)
		owned++
		// Who trained it owns its splitter's token until it is sold.
		if (is !== accounts.get(member) && is !== splitter.get(token)) {
			console.log(`${model} is ${member}'s, but on the chain ${is}'s`)
			wrong++
		}
	} else if (kind === 'vault') {
		ledger = BigInt(words[0])
	}
}

const holders = new Set([manifest.Vault.address, manifest.LeaseEscrow.address,
	await vault.accountOf('0x' + '00'.repeat(32)), ...accounts.values(), ...splitter.values()])
let wei = 0n
for (const holder of holders) wei += await joy.balanceOf(holder)
const more = wei - ledger * 10n ** 12n
console.log(`${owned} tokens, ${wrong} with another owner; the ledger has ${ledger} micro-Joy, ` +
	`the chain ${more} wei more`)
process.exit(wrong || ledger === null || !owned || more < 0n || more > BigInt(dust) * 10n ** 12n ? 1 : 0)
