// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {ModelMarket} from "../src/ModelMarket.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {IDirectListings} from "../src/interfaces/IDirectListings.sol";
import {ILeaseEscrow} from "../src/interfaces/ILeaseEscrow.sol";
import {IModelMarket} from "../src/interfaces/IModelMarket.sol";
import {IModelNFT} from "../src/interfaces/IModelNFT.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ISplitter} from "../src/interfaces/ISplitter.sol";
import {Test} from "./kit/Test.sol";
import {PlainToken} from "./kit/Tokens.sol";
import {vm} from "./kit/Vm.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @dev Refuses everything.
contract ClosedMarket {
    error Closed();

    fallback() external {
        revert Closed();
    }
}

/// @dev Takes listings and says nothing of use, or calls back.
contract OddMarket {
    address private immutable REGISTRY;
    bool public hasEntered;

    constructor(address registry) {
        REGISTRY = registry;
    }

    fallback() external {
        if (REGISTRY != address(0)) {
            (hasEntered,) =
                REGISTRY.call(abi.encodeCall(IModelRegistry.retryListing, (bytes32("model"))));
            assembly {
                mstore(0, 77)
                return(0, 32)
            }
        }
    }
}

/// ModelRegistry
/// ├── approve
/// │   ├── mints to the splitter, lists, offers leases, in one call
/// │   ├── again: the same token, and nothing changes
/// │   ├── the market refuses, is not there, answers nonsense, calls back: the token stands
/// │   ├── not for sale: the token is the creator's
/// │   └── refused: not the approver, no hash, no creator, royalty, shares, CID
/// ├── retryListing: by anybody, once, reverts as the market does
/// ├── relist, give: while nobody has bought it
/// └── a sale, a resale and a lease reach the payees
contract ModelRegistryTest is Test {
    ModelRegistry private registry;
    ModelMarket private market;
    LeaseEscrow private escrow;
    IModelNFT private nft;
    PlainToken private joy;
    address private creator;
    address private buyer;
    address private treasury;

    function setUp() public {
        vm.warp(1_000_000);
        (creator, buyer, treasury) = (named("creator"), named("buyer"), named("treasury"));
        market = new ModelMarket(treasury, 250);
        escrow = new LeaseEscrow(treasury, 250);
        registry = new ModelRegistry(address(this), market, escrow);
        nft = registry.NFT();
        joy = new PlainToken();
        joy.mint(buyer, 1e24);
        vm.startPrank(buyer);
        joy.approve(address(market), type(uint256).max);
        joy.approve(address(escrow), type(uint256).max);
        vm.stopPrank();
    }

    function terms() private view returns (IModelRegistry.Terms memory t) {
        t.modelHash = "model";
        t.cid = "bafy";
        t.creator = creator;
        t.royaltyBp = 500;
        t.currency = address(joy);
        t.price = 10_000;
        t.payees = new ISplitter.Payee[](2);
        t.payees[0] = ISplitter.Payee(creator, 8000);
        t.payees[1] = ISplitter.Payee(treasury, 2000);
    }

    function splitter() private view returns (ISplitter) {
        return ISplitter(payable(registry.saleOf("model").splitter));
    }

    function test_approve_mintsAndLists() public {
        uint256 tokenId = registry.approve(terms());
        vm.assertEq(tokenId, 1);
        vm.assertEq(nft.ownerOf(1), address(splitter()));
        IModelRegistry.Sale memory sale = registry.saleOf("model");
        vm.assertEq(sale.market, address(market));
        IDirectListings.Listing memory listing = market.getListing(sale.listingId);
        vm.assertEq(listing.pricePerToken, 10_000);
        vm.assertEq(listing.listingCreator, address(splitter()));
        vm.assertEq(market.getAllValidListings(0, 0).length, 1);
        (address receiver, uint256 royalty) = nft.royaltyInfo(1, 10_000);
        vm.assertEq(receiver, address(splitter()));
        vm.assertEq(royalty, 500);
    }

    function test_approve_isTold() public {
        vm.expectEmit();
        emit IModelRegistry.Approved(
            "model",
            1,
            creator,
            Clones.predictDeterministicAddress(registry.SPLITTER(), "model", address(registry))
        );
        vm.expectEmit();
        emit IModelRegistry.Listed("model", 1, address(market), 0);
        registry.approve(terms());
    }

    function testFuzz_approve_againChangesNothing(uint96 price, bytes32 other) public {
        registry.approve(terms());
        bytes32 before = keccak256(abi.encode(registry.saleOf("model"), nft.provenanceOf(1)));
        IModelRegistry.Terms memory t = terms();
        t.price = price;
        t.cid = "other";
        t.royaltyBp = 9999;
        t.creator = address(0);
        vm.assertEq(registry.approve(t), 1);
        vm.assertEq(before, keccak256(abi.encode(registry.saleOf("model"), nft.provenanceOf(1))));
        vm.assertEq(market.totalListings(), 1);
        vm.assertEq(nft.totalSupply(), 1);
        vm.assume(other != "model" && other != 0);
        t = terms();
        t.modelHash = other;
        vm.assertEq(registry.approve(t), 2);
    }

    function test_approve_refuses() public {
        IModelRegistry.Terms memory t = terms();
        vm.prank(creator);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotApprover.selector, creator));
        registry.approve(t);
        t.modelHash = 0;
        vm.expectRevert(IModelRegistry.BadTerms.selector);
        registry.approve(t);
        t = terms();
        t.creator = address(0);
        vm.expectRevert(IModelRegistry.BadTerms.selector);
        registry.approve(t);
        t = terms();
        t.royaltyBp = 5001;
        vm.expectRevert(IModelRegistry.BadTerms.selector);
        registry.approve(t);
        t = terms();
        t.payees[0].shareBp = 1;
        vm.expectRevert(ISplitter.BadShares.selector);
        registry.approve(t);
        t = terms();
        t.cid = "";
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.BadCid.selector, 0));
        registry.approve(t);
        t = terms();
        t.rent.price = 1;
        vm.expectRevert(ILeaseEscrow.BadTerms.selector);
        registry.approve(t);
    }

    function test_approve_notForSaleIsTheCreators() public {
        IModelRegistry.Terms memory t = terms();
        t.price = 0;
        registry.approve(t);
        vm.assertEq(nft.ownerOf(1), creator);
        vm.assertEq(market.totalListings(), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.NotForSale.selector, bytes32("model"))
        );
        registry.retryListing("model");
    }

    // ---- markets that refuse ----

    function test_approve_standsWhenTheMarketRefuses() public {
        ClosedMarket closed = new ClosedMarket();
        registry.setMarket(IDirectListings(address(closed)));
        vm.expectEmit();
        emit IModelRegistry.ListingRefused(
            "model", 1, address(closed), abi.encodeWithSelector(ClosedMarket.Closed.selector)
        );
        vm.assertEq(registry.approve(terms()), 1);
        vm.assertEq(registry.saleOf("model").market, address(0));
        vm.assertEq(nft.ownerOf(1), address(splitter()));
        vm.prank(buyer);
        vm.expectRevert(ClosedMarket.Closed.selector);
        registry.retryListing("model");
        registry.setMarket(market);
        vm.prank(buyer);
        vm.assertEq(registry.retryListing("model"), 0);
        vm.assertEq(market.getAllValidListings(0, 0).length, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.AlreadyListed.selector, address(market), 0)
        );
        registry.retryListing("model");
    }

    function test_approve_standsWithoutAMarket() public {
        registry.setMarket(IDirectListings(address(0)));
        registry.approve(terms());
        registry.setMarket(market);
        registry.retryListing("model");
        vm.assertEq(market.totalListings(), 1);
    }

    function test_approve_standsBeforeNonsense() public {
        registry.setMarket(IDirectListings(address(new OddMarket(address(0)))));
        registry.approve(terms());
        vm.assertEq(registry.saleOf("model").market, address(0));
    }

    function test_approve_isNotEnteredTwice() public {
        OddMarket odd = new OddMarket(address(registry));
        registry.setMarket(IDirectListings(address(odd)));
        registry.approve(terms());
        vm.assertFalse(odd.hasEntered());
        vm.assertEq(registry.saleOf("model").listingId, 77);
    }

    function test_retryListing_refusesTheUnknown() public {
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32("none"))
        );
        registry.retryListing("none");
        vm.expectRevert(IModelRegistry.NotSelf.selector);
        registry.listSelf("none");
    }

    // ---- money ----

    function testFuzz_sales_reachThePayees(uint256 price, uint256 resale) public {
        IModelRegistry.Terms memory t = terms();
        t.price = uint96(bound(price, 1, 1e23));
        resale = bound(resale, 1, 1e23);
        registry.approve(t);
        vm.startPrank(buyer);
        market.buyFromListing(0, buyer, 1, address(joy), t.price);
        nft.setApprovalForAll(address(market), true);
        market.createListing(
            IDirectListings.ListingParameters(
                address(nft), 1, 1, address(joy), resale, 1_000_000, 2_000_000, false
            )
        );
        vm.stopPrank();
        address second = named("second");
        joy.mint(second, resale);
        vm.startPrank(second);
        joy.approve(address(market), resale);
        market.buyFromListing(1, second, 1, address(joy), resale);
        vm.stopPrank();
        uint256 came = t.price - t.price * 250 / 10_000 + resale * 500 / 10_000;
        vm.assertEq(splitter().distribute(address(joy)), came);
        vm.assertEq(splitter().owedOf(address(joy), creator), came * 8000 / 10_000);
        vm.assertEq(splitter().owedOf(address(joy), treasury), came - came * 8000 / 10_000);
    }

    function test_lease_ofAnUnsoldModelReachesThePayees() public {
        IModelRegistry.Terms memory t = terms();
        t.rent = IModelRegistry.Rent(100, 1, 10, 1000);
        registry.approve(t);
        vm.prank(buyer);
        escrow.lease(address(nft), 1, 10, address(joy), 1000);
        vm.assertEq(nft.userOf(1), buyer);
        vm.warp(block.timestamp + 10);
        escrow.settle(address(nft), 1);
        escrow.withdraw(address(joy), address(splitter()));
        vm.assertEq(splitter().release(address(joy), creator), 780);
    }

    /// Whatever gas it is given: the model is listed, or nothing has happened.
    function testFuzz_approve_isNotRefusedForWantOfGas(uint256 gas) public {
        bytes memory data = abi.encodeCall(IModelRegistry.approve, (terms()));
        (bool ok,) = address(registry).call{gas: bound(gas, 300_000, 900_000)}(data);
        vm.assertEq(ok, registry.saleOf("model").market != address(0));
        vm.assertEq(ok, nft.totalSupply() == 1);
    }

    /// The listing of before is cancelled, or nothing has happened: it would hold again with the
    /// approval for the new one.
    function testFuzz_relist_cancelsWhateverGasThereIs(uint256 gas) public {
        registry.approve(terms());
        IModelRegistry.Rent memory none;
        bytes memory data =
            abi.encodeCall(IModelRegistry.relist, ("model", address(joy), 20_000, none));
        (bool ok,) = address(registry).call{gas: bound(gas, 50_000, 500_000)}(data);
        bool isOpen = market.getListing(0).status == IDirectListings.Status.CREATED;
        vm.assertEq(ok, !isOpen);
        vm.assertEq(registry.saleOf("model").listingId, ok ? 1 : 0);
    }

    /// Both ends of those ranges are reached.
    function test_gas_isTooLittleAndEnough() public {
        bytes memory data = abi.encodeCall(IModelRegistry.approve, (terms()));
        (bool ok,) = address(registry).call{gas: 450_000}(data);
        vm.assertFalse(ok);
        (ok,) = address(registry).call{gas: 900_000}(data);
        vm.assertTrue(ok);
    }

    // ---- relist, give, setProvenance ----

    function test_relist_movesToAnotherMarket() public {
        IModelRegistry.Terms memory t = terms();
        t.rent = IModelRegistry.Rent(100, 1, 10, 1000);
        registry.approve(t);
        ModelMarket second = new ModelMarket(treasury, 0);
        registry.setMarket(second);
        IModelRegistry.Rent memory none;
        registry.relist("model", address(joy), 77, none);
        vm.assertTrue(market.getListing(0).status == IDirectListings.Status.CANCELLED);
        vm.assertEq(second.getListing(0).pricePerToken, 77);
        vm.assertEq(uint256(escrow.getOffer(address(nft), 1).price), 0);
        registry.relist("model", address(joy), 0, none);
        vm.assertTrue(second.getListing(0).status == IDirectListings.Status.CANCELLED);
        vm.assertEq(nft.getApproved(1), address(0));
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotApprover.selector, buyer));
        registry.relist("model", address(joy), 1, none);
    }

    function test_relist_changesOneOfTheTwo() public {
        IModelRegistry.Terms memory t = terms();
        t.rent = IModelRegistry.Rent(100, 3600, 1, 1000);
        registry.approve(t);
        IModelRegistry.Rent memory none;
        registry.relist("model", address(joy), 0, t.rent);
        vm.assertEq(registry.saleOf("model").market, address(0));
        vm.assertEq(uint256(escrow.getOffer(address(nft), 1).price), 100);
        registry.relist("model", address(joy), 5, none);
        vm.assertEq(market.getListing(registry.saleOf("model").listingId).pricePerToken, 5);
        vm.assertEq(uint256(escrow.getOffer(address(nft), 1).price), 0);
        registry.relist("model", address(joy), 0, none);
        vm.assertEq(market.getAllValidListings(0, market.totalListings() - 1).length, 0);
        // Not for sale now, and it can be again.
        registry.relist("model", address(joy), 7, t.rent);
        vm.assertEq(market.getListing(registry.saleOf("model").listingId).pricePerToken, 7);
        vm.assertEq(uint256(escrow.getOffer(address(nft), 1).price), 100);
    }

    function test_relist_leavesAMarketThatDoesNotCancel() public {
        OddMarket odd = new OddMarket(address(registry));
        registry.setMarket(IDirectListings(address(odd)));
        registry.approve(terms());
        registry.setMarket(market);
        IModelRegistry.Rent memory none;
        registry.relist("model", address(joy), 5, none);
        vm.assertEq(nft.getApproved(1), address(market));
        vm.assertEq(registry.saleOf("model").market, address(market));
    }

    function test_relist_isForTheUnsold() public {
        registry.approve(terms());
        vm.prank(buyer);
        market.buyFromListing(0, buyer, 1, address(joy), 10_000);
        IModelRegistry.Rent memory none;
        bytes memory sold =
            abi.encodeWithSelector(IModelRegistry.NotForSale.selector, bytes32("model"));
        vm.expectRevert(sold);
        registry.relist("model", address(joy), 1, none);
        vm.expectRevert(sold);
        registry.give("model", creator);
    }

    function test_give_endsTheListing() public {
        registry.approve(terms());
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotApprover.selector, buyer));
        registry.give("model", buyer);
        registry.give("model", creator);
        vm.assertEq(nft.ownerOf(1), creator);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, 0));
        market.buyFromListing(0, buyer, 1, address(joy), 10_000);
    }

    function test_setProvenance_isTheApprovers() public {
        registry.approve(terms());
        registry.setProvenance("model", "bafz");
        vm.assertEq(nft.provenanceOf(1), "bafz");
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32("none"))
        );
        registry.setProvenance("none", "bafz");
        vm.startPrank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotApprover.selector, buyer));
        registry.setProvenance("model", "bafa");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotApprover.selector, buyer));
        registry.setMarket(market);
        vm.stopPrank();
    }
}
