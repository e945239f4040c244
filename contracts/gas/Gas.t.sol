// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {JoyToken} from "../src/JoyToken.sol";
import {ModelMarket} from "../src/ModelMarket.sol";
import {ModelNFT} from "../src/ModelNFT.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Vault} from "../src/Vault.sol";
import {VoucherChannel} from "../src/VoucherChannel.sol";
import {IDirectListings} from "../src/interfaces/IDirectListings.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ISplitter} from "../src/interfaces/ISplitter.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Community} from "../test/kit/Community.sol";
import {vm} from "../test/kit/Vm.sol";
import {SimpleGovernor} from "./Peers.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev What of MarketplaceV3 is called; its code comes compiled from peers/thirdweb.
interface IMarketplaceV3 {
    struct ExtensionMetadata {
        string name;
        string metadataURI;
        address implementation;
    }

    struct ExtensionFunction {
        bytes4 functionSelector;
        string functionSignature;
    }

    struct Extension {
        ExtensionMetadata metadata;
        ExtensionFunction[] functions;
    }

    struct Parameters {
        Extension[] extensions;
        address royaltyEngineAddress;
        address nativeTokenWrapper;
    }

    function initialize(
        address admin,
        string calldata uri,
        address[] calldata forwarders,
        address feeRecipient,
        uint16 feeBp
    ) external;
}

/// What calls cost, each a transaction of its own, beside peers that do the same with the same token
/// and currency. Written to a file that tools/gas.mjs judges.
contract GasTest is Community {
    JoyToken private joy;
    LeaseEscrow private escrow;
    ModelNFT private nft;
    address private seller = address(0x5E11);
    address private buyer = address(0xB111);
    address private treasury = address(0x7EA5);

    function setUp() public {
        found(2000, 5000, 100);
        joy = new JoyToken(buyer, 1e27);
        escrow = new LeaseEscrow(treasury, 250);
        nft = new ModelNFT(address(this), escrow);
        vm.prank(buyer);
        joy.transfer(treasury, 1e18);
        vm.prank(buyer);
        joy.transfer(seller, 1e18);
    }

    function spent(string memory name) private {
        (, uint64 used,,,) = vm.lastCallGas();
        vm.serializeUint("gas", name, used);
    }

    function note(uint256) external pure {}

    // ---- markets ----

    function trade(IDirectListings market, string memory name, uint256 first) private {
        for (uint256 i = first; i < first + 2; i++) {
            nft.mint(seller, bytes32(i), "bafy", treasury, 500);
            vm.prank(seller);
            nft.setApprovalForAll(address(market), true);
            vm.prank(buyer);
            joy.approve(address(market), type(uint256).max);
            vm.prank(seller);
            market.createListing(
                IDirectListings.ListingParameters(
                    address(nft),
                    i,
                    1,
                    address(joy),
                    1e20,
                    uint128(block.timestamp),
                    type(uint128).max,
                    false
                )
            );
            spent(string.concat(name, " list"));
            vm.prank(buyer);
            market.buyFromListing(i - first, buyer, 1, address(joy), 1e20);
            spent(string.concat(name, " buy"));
        }
    }

    function deployed(string memory name, bytes memory arguments) private returns (address made) {
        bytes memory code = vm.getCode(
            string.concat("../build/contracts/thirdweb-out/", name, ".sol/", name, ".json")
        );
        code = bytes.concat(code, arguments);
        assembly {
            made := create(0, add(code, 32), mload(code))
        }
        vm.assertNotEq(made, address(0));
    }

    function thirdweb() private returns (IDirectListings) {
        IMarketplaceV3.Extension[] memory extensions = new IMarketplaceV3.Extension[](1);
        extensions[0].metadata.name = "DirectListingsLogic";
        extensions[0].metadata.implementation =
            deployed("DirectListingsLogic", abi.encode(address(this)));
        extensions[0].functions = new IMarketplaceV3.ExtensionFunction[](2);
        string[2] memory signatures = [
            "createListing((address,uint256,uint256,address,uint256,uint128,uint128,bool))",
            "buyFromListing(uint256,address,uint256,address,uint256)"
        ];
        for (uint256 i = 0; i < 2; i++) {
            extensions[0].functions[i].functionSignature = signatures[i];
            extensions[0].functions[i].functionSelector = bytes4(keccak256(bytes(signatures[i])));
        }
        address logic = deployed(
            "MarketplaceV3",
            abi.encode(IMarketplaceV3.Parameters(extensions, address(0), address(this)))
        );
        bytes memory first = abi.encodeCall(
            IMarketplaceV3.initialize, (address(this), "", new address[](0), treasury, 250)
        );
        return IDirectListings(deployed("TWProxy", abi.encode(logic, first)));
    }

    // ---- votes ----

    function propose(Governor g) private returns (uint256 id) {
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        (targets[0], calldatas[0]) = (address(this), abi.encodeCall(this.note, (1)));
        vm.prank(address(0x10001));
        id = g.propose(targets, new uint256[](1), calldatas, "");
        vm.warp(block.timestamp + 1 days + 1);
    }

    function votes() private {
        SimpleGovernor simple = new SimpleGovernor(joy);
        for (uint256 i = 1; i < 4; i++) {
            address wallet = member(i);
            vm.prank(buyer);
            joy.transfer(wallet, 1e20);
            vm.prank(wallet);
            joy.delegate(wallet);
        }
        vm.warp(block.timestamp + 1);
        uint256 quadratic = propose(governor);
        uint256 plain = propose(simple);
        for (uint256 i = 1; i < 4; i++) {
            vm.prank(address(uint160(0x10000 + i)));
            simple.castVote(plain, 1);
            spent("simple vote");
            vm.prank(address(uint160(0x10000 + i)));
            governor.castVoteWithReasonAndParams(quadratic, 1, "", abi.encode(5));
            spent("quadratic vote");
        }
        vm.prank(address(0x10003));
        governor.castVoteWithReasonAndParams(quadratic, 0, "", abi.encode(7));
        spent("quadratic vote again");
    }

    // ---- the rest ----

    function rest() private {
        vm.prank(buyer);
        joy.transfer(seller, 5);
        spent("transfer");
        ModelMarket market = new ModelMarket(treasury, 250);
        ModelRegistry registry = new ModelRegistry(address(this), market, escrow);
        IModelRegistry.Terms memory t;
        t.modelHash = "model";
        t.cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
        t.creator = seller;
        t.currency = address(joy);
        t.price = 1e18;
        t.rent = IModelRegistry.Rent(1e15, 1, 1, 1000);
        t.payees = new ISplitter.Payee[](3);
        t.payees[0] = ISplitter.Payee(seller, 8000);
        t.payees[1] = ISplitter.Payee(buyer, 1000);
        t.payees[2] = ISplitter.Payee(treasury, 1000);
        registry.approve(t);
        spent("approve, mint and list");
        address models = address(registry.NFT());
        vm.prank(buyer);
        joy.approve(address(escrow), type(uint256).max);
        vm.prank(buyer);
        escrow.lease(models, 1, 1000, address(joy), 1e18);
        spent("lease");
        vm.warp(block.timestamp + 500);
        vm.prank(buyer);
        escrow.end(models, 1);
        spent("end a lease early");
        channel();
        vault();
    }

    /// @dev What a member does by one call: the first of an account also deploys it.
    function vault() private {
        Vault pool = new Vault(treasury, address(this), joy, 1e24);
        vm.prank(buyer);
        joy.transfer(address(pool), 1e20);
        ModelMarket market = new ModelMarket(address(pool), 250);
        nft.mint(seller, bytes32(uint256(0xfa)), "bafy", treasury, 500);
        uint256 tokenId = nft.totalSupply();
        vm.prank(seller);
        nft.setApprovalForAll(address(market), true);
        vm.prank(seller);
        market.createListing(
            IDirectListings.ListingParameters(
                address(nft),
                tokenId,
                1,
                address(joy),
                1e18,
                uint128(block.timestamp),
                type(uint128).max,
                false
            )
        );
        IVault.Call[] memory calls = new IVault.Call[](2);
        calls[0] = IVault.Call(
            address(joy), false, abi.encodeCall(IERC20.approve, (address(market), 1e18))
        );
        calls[1] = IVault.Call(
            address(market),
            false,
            abi.encodeCall(
                IDirectListings.buyFromListing,
                (0, pool.accountOf("buyer"), 1, address(joy), 1e18)
            )
        );
        pool.run("first", "buyer", 0, new IVault.Call[](0), new bytes32[](0));
        spent("vault: a first act");
        pool.run("buy", "buyer", 1e18, calls, new bytes32[](0));
        spent("vault: buy");
        pool.pay("pay", seller, 1e18);
        spent("vault: pay");
        pool.anchor("anchor", "root");
        spent("vault: anchor");
    }

    function channel() private {
        VoucherChannel channels = new VoucherChannel();
        address payer = vm.addr(7);
        vm.prank(buyer);
        joy.transfer(payer, 1e18);
        vm.prank(payer);
        joy.approve(address(channels), 1e18);
        vm.prank(payer);
        bytes32 id = channels.open(seller, address(joy), payer, 1e18, 1 days, "");
        spent("open a channel");
        channels.claim(id, 1e15, signed(7, channels.voucherDigest(id, 1e15)));
        bytes memory second = signed(7, channels.voucherDigest(id, 2e15));
        channels.claim(id, 2e15, second);
        spent("claim a voucher");
    }

    function test_gas_isWrittenDown() public {
        trade(new ModelMarket(treasury, 250), "market", 1);
        trade(thirdweb(), "MarketplaceV3", 3);
        votes();
        rest();
        string memory json = vm.serializeUint("gas", "chain", block.chainid);
        vm.writeJson(json, "../build/contracts/gas.json");
        vm.assertTrue(vm.exists("../build/contracts/gas.json"));
    }
}
