/* block_sample.h - a block of a chain on loopback with two transfers of Joy, as
 * anvil 1.7.1 gives it: eth_getBlockByNumber and eth_getLogs. */
#ifndef STOA_TESTS_BLOCK_SAMPLE_H
#define STOA_TESTS_BLOCK_SAMPLE_H

/* Of chain 31337, number 3. */
#define SAMPLE_BLOCK                                                       \
	"{\"hash\":\"0x5bda3c7989207f221e7cf5c0fcadee8f0d254221d6119c21db" \
	"c67c3bb194f075\",\"parentHash\":\"0x2231c238f8a942e04c211874c6ca" \
	"9d656c6763c6bd443ebb4ab4e605edf5914d\",\"sha3Uncles\":\"0x1dcc4d" \
	"e8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347\",\"m" \
	"iner\":\"0x0000000000000000000000000000000000000000\",\"stateRoo" \
	"t\":\"0x79e031173ea1d029384d33b65e59df002bcace09350dc925eadd88a5" \
	"d53e7318\",\"transactionsRoot\":\"0xb771162c42319884020b80f505b5" \
	"706116f26ce0237b3c0c8b9e0e0a623b5d78\",\"receiptsRoot\":\"0x0973" \
	"9dd405c65a6f040c914c3c4714d16477d1cc7a0195e449c1b5aa348aeccb\","  \
	"\"logsBloom\":\"0x0000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000080000000000000000000000" \
	"0000000000000000000000004000000000000000010000000000000000000000" \
	"0000000010000200000000000000000000000000000000000000000000000000" \
	"0000000002000000002400000000000000000000000000000000000000000000" \
	"0000000000000000000000004200000020000000000000000000000000200000" \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"000000000000000000\",\"difficulty\":\"0x0\",\"number\":\"0x3\","  \
	"\"gasLimit\":\"0x1c9c380\",\"gasUsed\":\"0x17522\",\"timestamp\"" \
	":\"0x6553f100\",\"extraData\":\"0x\",\"mixHash\":\"0xf34b8c74c29" \
	"a3957db25e7caa92cfe1c18fd80f16b69937b83e72ba8d26c3614\",\"nonce"  \
	"\":\"0x0000000000000000\",\"baseFeePerGas\":\"0x2f34ed93\",\"wit" \
	"hdrawalsRoot\":\"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996ca" \
	"dc001622fb5e363b421\",\"blobGasUsed\":\"0x0\",\"excessBlobGas\":" \
	"\"0x0\",\"parentBeaconBlockRoot\":\"0x00000000000000000000000000" \
	"00000000000000000000000000000000000000\",\"requestsHash\":\"0xe3" \
	"b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"" \
	",\"totalDifficulty\":\"0x0\",\"size\":\"0x3da\",\"uncles\":[],\"" \
	"transactions\":[\"0x05f29fe0bb268ede174e69d3ef2410b74f584496be70" \
	"8f58703a81ba0f80e214\",\"0xeadc5a44284dd8d352b61329bb3102e9dcdfb" \
	"72472ed889d3de7a2105e5595e9\"],\"withdrawals\":[]}"

/* Its logs. */
#define SAMPLE_LOGS                                                        \
	"[{\"address\":\"0x5fbdb2315678afecb367f032d93f642f64180aa3\",\"t" \
	"opics\":[\"0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f" \
	"55a4df523b3ef\",\"0x000000000000000000000000f39fd6e51aad88f6f4ce" \
	"6ab8827279cfffb92266\",\"0x0000000000000000000000001111111111111" \
	"111111111111111111111111111\"],\"data\":\"0x00000000000000000000" \
	"00000000000000000000000000000000000000000005\",\"blockHash\":\"0" \
	"x5bda3c7989207f221e7cf5c0fcadee8f0d254221d6119c21dbc67c3bb194f07" \
	"5\",\"blockNumber\":\"0x3\",\"blockTimestamp\":\"0x6553f100\",\"" \
	"transactionHash\":\"0x05f29fe0bb268ede174e69d3ef2410b74f584496be" \
	"708f58703a81ba0f80e214\",\"transactionIndex\":\"0x0\",\"logIndex" \
	"\":\"0x0\",\"removed\":false},{\"address\":\"0x5fbdb2315678afecb" \
	"367f032d93f642f64180aa3\",\"topics\":[\"0xddf252ad1be2c89b69c2b0" \
	"68fc378daa952ba7f163c4a11628f55a4df523b3ef\",\"0x000000000000000" \
	"000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266\",\"0x00000000" \
	"00000000000000001111111111111111111111111111111111111111\"],\"da" \
	"ta\":\"0x0000000000000000000000000000000000000000000000000000000" \
	"000000007\",\"blockHash\":\"0x5bda3c7989207f221e7cf5c0fcadee8f0d" \
	"254221d6119c21dbc67c3bb194f075\",\"blockNumber\":\"0x3\",\"block" \
	"Timestamp\":\"0x6553f100\",\"transactionHash\":\"0xeadc5a44284dd" \
	"8d352b61329bb3102e9dcdfb72472ed889d3de7a2105e5595e9\",\"transact" \
	"ionIndex\":\"0x1\",\"logIndex\":\"0x1\",\"removed\":false}]"

#endif
