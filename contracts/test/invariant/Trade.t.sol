// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JoyToken} from "../../src/JoyToken.sol";
import {LeaseEscrow} from "../../src/LeaseEscrow.sol";
import {ModelMarket} from "../../src/ModelMarket.sol";
import {ModelRegistry} from "../../src/ModelRegistry.sol";
import {IDirectListings} from "../../src/interfaces/IDirectListings.sol";
import {ILeaseEscrow} from "../../src/interfaces/ILeaseEscrow.sol";
import {IModelNFT} from "../../src/interfaces/IModelNFT.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {ISplitter} from "../../src/interfaces/ISplitter.sol";
import {Test} from "../kit/Test.sol";
import {vm} from "../kit/Vm.sol";

/// @dev Four people approve, list, buy, give away, lease and end leases of four models, at any time.
/// Each action is one that must succeed: the handler knows the rules, and a revert is a failure.
contract TradeHandler is Test {
    uint256 public constant MODELS = 4;
    uint256 public constant PEOPLE = 4;
    uint256 private constant SUPPLY = 1e27;

    JoyToken public joy;
    ModelMarket public market;
    LeaseEscrow public escrow;
    ModelRegistry public registry;
    IModelNFT public nft;
    address public treasury;

    // Ghosts: what must have happened.
    mapping(uint256 tokenId => uint256) public leasedUntil;
    mapping(uint256 tokenId => address) public lessee;
    mapping(address splitter => uint256) public toSplitter;
    uint256 public deposits;
    uint256 public refunds;
    uint256 public approvals;
    uint256 public sales;
    uint256 public leases;
    bool public isDoublyLeased;
    bool public isDoublyMinted;
    bool public isInexact;

    constructor() {
        treasury = named("treasury");
        joy = new JoyToken(address(this), SUPPLY);
        market = new ModelMarket(treasury, 250);
        escrow = new LeaseEscrow(treasury, 333);
        registry = new ModelRegistry(address(this), market, escrow);
        nft = registry.NFT();
        for (uint256 i = 0; i < PEOPLE; i++) {
            joy.transfer(person(i), SUPPLY / PEOPLE);
            vm.startPrank(person(i));
            joy.approve(address(market), type(uint256).max);
            joy.approve(address(escrow), type(uint256).max);
            nft.setApprovalForAll(address(market), true);
            vm.stopPrank();
        }
    }

    function person(uint256 i) public pure returns (address) {
        return address(uint160(0x1000 + i % PEOPLE));
    }

    function modelHash(uint256 i) public pure returns (bytes32) {
        return bytes32(i % MODELS + 1);
    }

    function splitterOf(uint256 i) public view returns (address) {
        return registry.saleOf(modelHash(i)).splitter;
    }

    function isPerson(address account) private pure returns (bool) {
        return account >= person(0) && account <= person(PEOPLE - 1);
    }

    // ---- actions ----

    function warp(uint256 by) external {
        vm.warp(block.timestamp + bound(by, 0, 2 days));
    }

    function approve(uint256 model, uint96 price, uint96 rent, uint96 royaltyBp, uint256 share)
        external
    {
        uint256 before = nft.tokenOf(modelHash(model));
        uint256 supply = nft.totalSupply();
        IModelRegistry.Terms memory t;
        t.modelHash = modelHash(model);
        t.cid = "bafy";
        t.creator = person(model);
        t.royaltyBp = royaltyBp % 5001;
        t.currency = address(joy);
        t.price = price % 1e24;
        t.rent = IModelRegistry.Rent(rent % 1e20, uint32(bound(share, 1, 1 weeks)), 1, 1 weeks);
        t.payees = new ISplitter.Payee[](2);
        t.payees[0] = ISplitter.Payee(person(model), uint96(bound(share, 1, 9999)));
        t.payees[1] = ISplitter.Payee(treasury, 10_000 - t.payees[0].shareBp);
        uint256 tokenId = registry.approve(t);
        if (before != 0) {
            isDoublyMinted = isDoublyMinted || tokenId != before || nft.totalSupply() != supply;
        }
        approvals++;
    }

    function list(uint256 model, uint256 price, uint256 length) external {
        uint256 tokenId = nft.tokenOf(modelHash(model));
        if (tokenId == 0) return;
        address owner = nft.ownerOf(tokenId);
        if (!isPerson(owner)) return;
        vm.prank(owner);
        market.createListing(
            IDirectListings.ListingParameters(
                address(nft),
                tokenId,
                1,
                address(joy),
                bound(price, 0, 1e24),
                uint128(block.timestamp),
                uint128(block.timestamp + bound(length, 1, 30 days)),
                false
            )
        );
    }

    function cancel(uint256 listing) external {
        uint256 count = market.totalListings();
        if (count == 0) return;
        IDirectListings.Listing memory l = market.getListing(listing % count);
        if (l.status != IDirectListings.Status.CREATED || !isPerson(l.listingCreator)) return;
        vm.prank(l.listingCreator);
        market.cancelListing(l.listingId);
    }

    function buy(uint256 listing, uint256 buyer) external {
        uint256 count = market.totalListings();
        if (count == 0) return;
        uint256 id = listing % count;
        IDirectListings.Listing[] memory valid = market.getAllValidListings(id, id);
        if (valid.length == 0) return;
        IDirectListings.Listing memory l = valid[0];
        if (joy.balanceOf(person(buyer)) < l.pricePerToken) return;
        address splitter = splitterOf(uint256(nft.modelHashOf(l.tokenId)) - 1);
        (, uint256 royalty) = nft.royaltyInfo(l.tokenId, l.pricePerToken);
        uint256 fee = l.pricePerToken * 250 / 10_000;
        if (royalty > l.pricePerToken - fee) royalty = l.pricePerToken - fee;
        uint256 before = joy.balanceOf(splitter);
        vm.prank(person(buyer));
        market.buyFromListing(id, person(buyer), 1, address(joy), l.pricePerToken);
        uint256 due = l.listingCreator == splitter ? l.pricePerToken - fee : royalty;
        isInexact = isInexact || joy.balanceOf(splitter) - before != due;
        toSplitter[splitter] += due;
        sales++;
    }

    function give(uint256 model, uint256 to) external {
        uint256 tokenId = nft.tokenOf(modelHash(model));
        if (tokenId == 0) return;
        address owner = nft.ownerOf(tokenId);
        if (!isPerson(owner)) return;
        vm.prank(owner);
        nft.transferFrom(owner, person(to), tokenId);
    }

    function offer(uint256 model, uint96 price, uint32 period) external {
        uint256 tokenId = nft.tokenOf(modelHash(model));
        if (tokenId == 0) return;
        address owner = nft.ownerOf(tokenId);
        if (!isPerson(owner)) return;
        vm.prank(owner);
        escrow.offer(
            address(nft),
            tokenId,
            address(joy),
            uint96(bound(price, 1, 1e20)),
            uint32(bound(period, 1, 1 weeks)),
            1,
            1 weeks
        );
    }

    function lease(uint256 model, uint256 who, uint256 duration) external {
        uint256 tokenId = nft.tokenOf(modelHash(model));
        if (tokenId == 0) return;
        ILeaseEscrow.Offer memory o = escrow.getOffer(address(nft), tokenId);
        if (o.price == 0 || nft.ownerOf(tokenId) != o.lessor) return;
        duration = bound(duration, 1, 1 weeks);
        uint256 cost = escrow.costOf(o.price, o.period, duration);
        if (joy.balanceOf(person(who)) < cost) return;
        if (nft.userOf(tokenId) != address(0)) {
            vm.prank(person(who));
            vm.expectRevert();
            escrow.lease(address(nft), tokenId, duration, address(joy), cost);
            return;
        }
        vm.prank(person(who));
        deposits += escrow.lease(address(nft), tokenId, duration, address(joy), cost);
        isDoublyLeased = isDoublyLeased || block.timestamp < leasedUntil[tokenId];
        leasedUntil[tokenId] = block.timestamp + duration;
        lessee[tokenId] = person(who);
        leases++;
    }

    function end(uint256 model) external {
        uint256 tokenId = nft.tokenOf(modelHash(model));
        if (tokenId == 0) return;
        address user = nft.userOf(tokenId);
        if (user == address(0)) return;
        vm.prank(user);
        refunds += escrow.end(address(nft), tokenId);
        leasedUntil[tokenId] = block.timestamp;
    }

    function settle(uint256 model) external {
        escrow.settle(address(nft), nft.tokenOf(modelHash(model)));
    }

    function withdraw(uint256 who) external {
        address account = who % (PEOPLE + 1) == PEOPLE ? treasury : person(who);
        if (who % 7 == 0) account = splitterOf(who);
        if (escrow.creditOf(address(joy), account) == 0) return;
        uint256 amount = escrow.withdraw(address(joy), account);
        if (account.code.length != 0) toSplitter[account] += amount;
    }

    function release(uint256 model, bool isTreasury) external {
        address splitter = splitterOf(model);
        if (splitter == address(0)) return;
        ISplitter s = ISplitter(payable(splitter));
        s.distribute(address(joy));
        address account = isTreasury ? treasury : person(model);
        if (s.owedOf(address(joy), account) != 0) s.release(address(joy), account);
    }
}

/// What holds whatever people do with models, money and time.
contract TradeInvariantTest is Test {
    TradeHandler private h;
    address[] private targets;

    function setUp() public {
        vm.warp(1_000_000);
        h = new TradeHandler();
        targets.push(address(h));
    }

    function targetContracts() external view returns (address[] memory) {
        return targets;
    }

    /// All of it in one campaign: each looks after every call.
    function invariant_holds() external view {
        moneyIsConserved();
        splittersAreExact();
        leasesDoNotOverlap();
        mintsOncePerHash();
    }

    /// No Joy appears or is lost; the market keeps none; the escrow keeps what it owes.
    function moneyIsConserved() private view {
        uint256 sum = h.joy().balanceOf(address(h.escrow())) + h.joy().balanceOf(h.treasury());
        uint256 owed = h.escrow().creditOf(address(h.joy()), h.treasury());
        for (uint256 i = 0; i < h.PEOPLE(); i++) {
            sum += h.joy().balanceOf(h.person(i));
            owed += h.escrow().creditOf(address(h.joy()), h.person(i));
        }
        for (uint256 i = 0; i < h.MODELS(); i++) {
            address splitter = h.splitterOf(i);
            if (splitter != address(0)) {
                sum += h.joy().balanceOf(splitter);
                owed += h.escrow().creditOf(address(h.joy()), splitter);
            }
            owed += unsettled(h.nft().tokenOf(h.modelHash(i)));
        }
        vm.assertEq(sum, h.joy().totalSupply(), "joy");
        vm.assertEq(h.joy().balanceOf(address(h.market())), 0, "market");
        vm.assertEq(h.joy().balanceOf(address(h.escrow())), owed, "escrow");
    }

    /// What of the last lease's deposit nobody was credited with yet.
    function unsettled(uint256 tokenId) private view returns (uint256) {
        ILeaseEscrow.Lease memory l = h.escrow().getLease(address(h.nft()), tokenId);
        if (l.start == 0) return 0;
        return h.escrow().costOf(l.price, l.period, l.end - l.start) - l.settled;
    }

    /// What reached a splitter was paid out, is owed, or waits to be divided.
    function splittersAreExact() private view {
        vm.assertFalse(h.isInexact(), "a splitter got another amount than was due");
        for (uint256 i = 0; i < h.MODELS(); i++) {
            address splitter = h.splitterOf(i);
            if (splitter == address(0)) continue;
            ISplitter s = ISplitter(payable(splitter));
            address joy = address(h.joy());
            uint256 balance = h.joy().balanceOf(splitter);
            vm.assertEq(
                s.owed(joy), s.owedOf(joy, h.person(i)) + s.owedOf(joy, h.treasury()), "owed"
            );
            vm.assertLe(s.owed(joy), balance, "balance");
            vm.assertLe(balance, h.toSplitter(splitter), "received");
        }
    }

    /// No two leases of a token share a second, and nobody but the lessee is its user.
    function leasesDoNotOverlap() private view {
        vm.assertFalse(h.isDoublyLeased(), "leased twice");
        for (uint256 i = 0; i < h.MODELS(); i++) {
            uint256 tokenId = h.nft().tokenOf(h.modelHash(i));
            if (tokenId == 0) continue;
            bool isLeased = block.timestamp < h.leasedUntil(tokenId);
            vm.assertEq(h.nft().userOf(tokenId), isLeased ? h.lessee(tokenId) : address(0));
        }
    }

    /// A model has at most one token, and a token one model.
    function mintsOncePerHash() private view {
        vm.assertFalse(h.isDoublyMinted(), "minted twice");
        uint256 count = 0;
        for (uint256 i = 0; i < h.MODELS(); i++) {
            uint256 tokenId = h.nft().tokenOf(h.modelHash(i));
            if (tokenId == 0) continue;
            count++;
            vm.assertEq(h.nft().modelHashOf(tokenId), h.modelHash(i));
        }
        vm.assertEq(h.nft().totalSupply(), count);
    }

    /// The handler does reach sales, leases, ends and refunds.
    function test_handler_reachesAll() external {
        h.approve(0, 100, 50, 500, 7000);
        h.buy(0, 1);
        h.offer(0, 77, 7);
        h.lease(0, 2, 1000);
        h.warp(500);
        h.give(0, 3);
        h.end(0);
        h.list(0, 99, 100);
        h.buy(1, 1);
        h.withdraw(3);
        h.release(0, true);
        vm.assertEq(h.sales(), 2);
        vm.assertEq(h.leases(), 1);
        vm.assertGt(h.refunds(), 0);
    }
}
