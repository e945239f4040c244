// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelMarket} from "../src/ModelMarket.sol";
import {IDirectListings} from "../src/interfaces/IDirectListings.sol";
import {IModelMarket} from "../src/interfaces/IModelMarket.sol";
import {OddAsset, PlainAsset} from "./kit/Assets.sol";
import {Test} from "./kit/Test.sol";
import {FalseToken, FeeToken, LyingToken, PlainToken, ReentrantToken} from "./kit/Tokens.sol";
import {vm} from "./kit/Vm.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// ModelMarket
/// ├── createListing
/// │   ├── refused: no ERC-721, quantity, currency, price, times, not owned, not approved
/// │   ├── a start in the last hour is now, and the end moves along
/// │   └── an end beyond all bounds is for ever
/// ├── updateListing: by the seller, while it is open; token and a past start stay
/// ├── cancelListing: by the seller, even of a stale one
/// ├── approveBuyerForListing: of a reserved one
/// ├── buyFromListing
/// │   ├── fee, royalty and the rest add up to the price, whatever they are
/// │   ├── refused: not open, other price or currency, quantity, not approved, stale
/// │   └── currencies that keep a part, say false, lie, or call back
/// └── lists: an asset that spoils its answers is not valid and spoils no list
contract ModelMarketTest is Test {
    ModelMarket private market;
    PlainToken private joy;
    OddAsset private asset;
    address private seller;
    address private buyer;
    address private treasury;
    address private artist;

    function setUp() public {
        vm.warp(1_000_000);
        (seller, buyer) = (named("seller"), named("buyer"));
        (treasury, artist) = (named("treasury"), named("artist"));
        market = new ModelMarket(treasury, 250);
        joy = new PlainToken();
        asset = new OddAsset();
        asset.mint(seller, 1);
        vm.prank(seller);
        asset.setApprovalForAll(address(market), true);
        fund(joy, 1e30);
    }

    function fund(PlainToken token, uint256 amount) private {
        token.mint(buyer, amount);
        vm.prank(buyer);
        token.approve(address(market), type(uint256).max);
    }

    function terms() private view returns (IDirectListings.ListingParameters memory) {
        return IDirectListings.ListingParameters({
            assetContract: address(asset),
            tokenId: 1,
            quantity: 1,
            currency: address(joy),
            pricePerToken: 1000,
            startTimestamp: uint128(block.timestamp),
            endTimestamp: type(uint128).max,
            reserved: false
        });
    }

    function list(IDirectListings.ListingParameters memory t) private returns (uint256) {
        vm.prank(seller);
        return market.createListing(t);
    }

    function refuse(IDirectListings.ListingParameters memory t, bytes memory reason) private {
        vm.prank(seller);
        vm.expectRevert(reason);
        market.createListing(t);
    }

    function buy(uint256 id, uint256 price) private {
        vm.prank(buyer);
        market.buyFromListing(id, buyer, 1, address(joy), price);
    }

    // ---- deployment ----

    function test_constructor_refusesOutOfBounds() public {
        vm.expectRevert(IModelMarket.BadFee.selector);
        new ModelMarket(address(0), 250);
        vm.expectRevert(IModelMarket.BadFee.selector);
        new ModelMarket(treasury, 1_001);
    }

    // ---- createListing ----

    function test_createListing_tellsAll() public {
        vm.prank(seller);
        vm.expectEmit();
        emit IDirectListings.NewListing(
            seller,
            0,
            address(asset),
            IDirectListings.Listing({
                listingId: 0,
                tokenId: 1,
                quantity: 1,
                pricePerToken: 1000,
                startTimestamp: 1_000_000,
                endTimestamp: type(uint48).max,
                listingCreator: seller,
                assetContract: address(asset),
                currency: address(joy),
                tokenType: IDirectListings.TokenType.ERC721,
                status: IDirectListings.Status.CREATED,
                reserved: false
            })
        );
        vm.assertEq(market.createListing(terms()), 0);
        vm.assertEq(market.totalListings(), 1);
    }

    function test_createListing_refuses() public {
        IDirectListings.ListingParameters memory t = terms();
        t.assetContract = address(joy);
        refuse(t, abi.encodeWithSelector(IModelMarket.NotERC721.selector, address(joy)));
        t = terms();
        t.quantity = 2;
        refuse(t, abi.encodeWithSelector(IModelMarket.BadQuantity.selector, 2));
        t = terms();
        t.currency = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
        refuse(t, abi.encodeWithSelector(IModelMarket.BadCurrency.selector, t.currency));
        t = terms();
        t.pricePerToken = 2 ** 96;
        refuse(t, abi.encodeWithSelector(IModelMarket.PriceTooLarge.selector, 2 ** 96));
        t = terms();
        t.endTimestamp = t.startTimestamp;
        refuse(t, abi.encodeWithSelector(IModelMarket.BadTime.selector));
        t = terms();
        t.startTimestamp = uint128(block.timestamp) - 3601;
        refuse(t, abi.encodeWithSelector(IModelMarket.BadTime.selector));
        t = terms();
        t.startTimestamp = uint128(2 ** 48);
        refuse(t, abi.encodeWithSelector(IModelMarket.BadTime.selector));
        t = terms();
        t.tokenId = 2;
        refuse(t, abi.encodeWithSelector(IModelMarket.Stale.selector));
    }

    function test_createListing_refusesWithoutApproval() public {
        vm.startPrank(seller);
        asset.setApprovalForAll(address(market), false);
        vm.expectRevert(IModelMarket.Stale.selector);
        market.createListing(terms());
        asset.approve(address(market), 1);
        market.createListing(terms());
        vm.stopPrank();
    }

    function testFuzz_createListing_movesItsTimes(uint256 past, uint256 length) public {
        IDirectListings.ListingParameters memory t = terms();
        past = bound(past, 0, 3600);
        length = bound(length, 1, 1e9);
        t.startTimestamp = uint128(block.timestamp - past);
        t.endTimestamp = uint128(t.startTimestamp + length);
        IDirectListings.Listing memory l = market.getListing(list(t));
        vm.assertEq(uint256(l.startTimestamp), block.timestamp);
        vm.assertEq(uint256(l.endTimestamp), block.timestamp + length);
    }

    // ---- updateListing, cancelListing ----

    function test_updateListing_changesPriceAndEnd() public {
        uint256 id = list(terms());
        IDirectListings.ListingParameters memory t = terms();
        t.pricePerToken = 5;
        t.endTimestamp = t.startTimestamp + 100;
        vm.warp(block.timestamp + 50);
        vm.prank(seller);
        market.updateListing(id, t);
        IDirectListings.Listing memory l = market.getListing(id);
        vm.assertEq(l.pricePerToken, 5);
        vm.assertEq(uint256(l.endTimestamp), 1_000_100);
        buy(id, 5);
    }

    function test_updateListing_refuses() public {
        uint256 id = list(terms());
        IDirectListings.ListingParameters memory t = terms();
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotSeller.selector, buyer));
        market.updateListing(id, t);
        vm.startPrank(seller);
        t.tokenId = 2;
        vm.expectRevert(IModelMarket.OtherToken.selector);
        market.updateListing(id, t);
        t = terms();
        t.startTimestamp += 10;
        vm.expectRevert(IModelMarket.BadTime.selector);
        market.updateListing(id, t);
        t = terms();
        t.endTimestamp = t.startTimestamp + 10;
        vm.warp(block.timestamp + 10);
        vm.expectRevert(IModelMarket.BadTime.selector);
        market.updateListing(id, t);
        t.endTimestamp += 1;
        market.updateListing(id, t);
        asset.transferFrom(seller, buyer, 1);
        vm.expectRevert(IModelMarket.Stale.selector);
        market.updateListing(id, t);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, id));
        market.updateListing(id, t);
        vm.stopPrank();
    }

    function test_updateListing_movesAFutureStart() public {
        IDirectListings.ListingParameters memory t = terms();
        t.startTimestamp += 100;
        uint256 id = list(t);
        t.startTimestamp += 100;
        t.endTimestamp = t.startTimestamp + 7;
        vm.prank(seller);
        market.updateListing(id, t);
        IDirectListings.Listing memory l = market.getListing(id);
        vm.assertEq(uint256(l.startTimestamp), 1_000_200);
        vm.assertEq(uint256(l.endTimestamp), 1_000_207);
    }

    function test_cancelListing_endsEvenAStaleOne() public {
        uint256 id = list(terms());
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotSeller.selector, buyer));
        market.cancelListing(id);
        vm.startPrank(seller);
        asset.transferFrom(seller, artist, 1);
        vm.expectEmit();
        emit IDirectListings.CancelledListing(seller, id);
        market.cancelListing(id);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, id));
        market.cancelListing(id);
        vm.stopPrank();
    }

    // ---- buyFromListing ----

    function testFuzz_buyFromListing_addsUp(uint256 price, uint256 royalty, uint256 feeBp) public {
        price = bound(price, 0, 1e27);
        market = new ModelMarket(treasury, bound(feeBp, 0, 1000));
        asset.setRoyalty(artist, royalty);
        vm.prank(seller);
        asset.setApprovalForAll(address(market), true);
        vm.prank(buyer);
        joy.approve(address(market), price);
        IDirectListings.ListingParameters memory t = terms();
        t.pricePerToken = price;
        uint256 id = list(t);
        buy(id, price);
        uint256 fee = price * market.FEE_BP() / 10_000;
        uint256 due = royalty < price - fee ? royalty : price - fee;
        vm.assertEq(joy.balanceOf(treasury), fee);
        vm.assertEq(joy.balanceOf(artist), due);
        vm.assertEq(joy.balanceOf(seller), price - fee - due);
        vm.assertEq(joy.balanceOf(buyer), 1e30 - price);
        vm.assertEq(joy.balanceOf(address(market)), 0);
        vm.assertEq(asset.ownerOf(1), buyer);
        vm.assertTrue(market.getListing(id).status == IDirectListings.Status.COMPLETED);
        vm.assertEq(market.getListing(id).quantity, 0);
    }

    function test_buyFromListing_tellsTheSale() public {
        asset.setRoyalty(artist, 100);
        uint256 id = list(terms());
        vm.expectEmit();
        emit IModelMarket.SaleDivided(id, 25, artist, 100);
        vm.expectEmit(); // the three transfers and the token's stand between
        emit IDirectListings.NewSale(seller, id, address(asset), 1, buyer, 1, 1000);
        vm.prank(buyer);
        market.buyFromListing(id, buyer, 1, address(joy), 1000);
    }

    function test_buyFromListing_refuses() public {
        uint256 id = list(terms());
        vm.startPrank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, 9));
        market.buyFromListing(9, buyer, 1, address(joy), 1000);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.BadQuantity.selector, 2));
        market.buyFromListing(id, buyer, 2, address(joy), 1000);
        bytes memory changed =
            abi.encodeWithSelector(IModelMarket.PriceChanged.selector, address(joy), 1000);
        vm.expectRevert(changed);
        market.buyFromListing(id, buyer, 1, address(joy), 999);
        vm.expectRevert(changed);
        market.buyFromListing(id, buyer, 1, address(asset), 1000);
        vm.warp(block.timestamp - 1);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, id));
        market.buyFromListing(id, buyer, 1, address(joy), 1000);
        vm.stopPrank();
    }

    function test_buyFromListing_endsAtItsEnd() public {
        IDirectListings.ListingParameters memory t = terms();
        t.endTimestamp = t.startTimestamp + 10;
        uint256 id = list(t);
        vm.warp(block.timestamp + 10);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, id));
        market.buyFromListing(id, buyer, 1, address(joy), 1000);
    }

    function test_buyFromListing_refusesStale() public {
        uint256 id = list(terms());
        vm.prank(seller);
        asset.transferFrom(seller, artist, 1);
        vm.prank(buyer);
        vm.expectRevert(IModelMarket.Stale.selector);
        market.buyFromListing(id, buyer, 1, address(joy), 1000);
        vm.prank(artist);
        asset.transferFrom(artist, seller, 1);
        vm.prank(seller);
        asset.setApprovalForAll(address(market), false);
        vm.prank(buyer);
        vm.expectRevert(IModelMarket.Stale.selector);
        market.buyFromListing(id, buyer, 1, address(joy), 1000);
    }

    function test_buyFromListing_reserved() public {
        IDirectListings.ListingParameters memory t = terms();
        uint256 open = list(t);
        vm.prank(seller);
        vm.expectRevert(IModelMarket.NotReserved.selector);
        market.approveBuyerForListing(open, buyer, true);
        t.reserved = true;
        uint256 id = list(t);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.BuyerNotApproved.selector, buyer));
        market.buyFromListing(id, buyer, 1, address(joy), 1000);
        vm.prank(seller);
        market.approveBuyerForListing(id, buyer, true);
        vm.assertTrue(market.isBuyerApprovedForListing(id, buyer));
        buy(id, 1000);
    }

    function test_buyFromListing_paysForAnother() public {
        uint256 id = list(terms());
        vm.prank(buyer);
        market.buyFromListing(id, artist, 1, address(joy), 1000);
        vm.assertEq(asset.ownerOf(1), artist);
    }

    function test_buyFromListing_royaltyToTheBuyerIsKept() public {
        asset.setRoyalty(buyer, 100);
        buy(list(terms()), 1000);
        vm.assertEq(joy.balanceOf(seller), 875);
        vm.assertEq(joy.balanceOf(buyer), 1e30 - 900);
    }

    function test_buyFromListing_withoutRoyalties() public {
        PlainAsset plain = new PlainAsset();
        plain.mint(seller, 1);
        vm.prank(seller);
        plain.setApprovalForAll(address(market), true);
        IDirectListings.ListingParameters memory t = terms();
        t.assetContract = address(plain);
        buy(list(t), 1000);
        vm.assertEq(joy.balanceOf(seller), 975);
    }

    // ---- currencies ----

    function listIn(PlainToken token) private returns (uint256) {
        fund(token, 1e30);
        IDirectListings.ListingParameters memory t = terms();
        t.currency = address(token);
        return list(t);
    }

    function test_buyFromListing_refusesFeeOnTransfer() public {
        FeeToken token = new FeeToken();
        uint256 id = listIn(token);
        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(IModelMarket.InexactPayment.selector, seller, 975, 966)
        );
        market.buyFromListing(id, buyer, 1, address(token), 1000);
        vm.assertEq(asset.ownerOf(1), seller);
    }

    function test_buyFromListing_refusesFalse() public {
        FalseToken token = new FalseToken();
        uint256 id = listIn(token);
        token.setBroken(true);
        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token))
        );
        market.buyFromListing(id, buyer, 1, address(token), 1000);
    }

    function test_buyFromListing_refusesLies() public {
        LyingToken token = new LyingToken();
        uint256 id = listIn(token);
        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(IModelMarket.InexactPayment.selector, treasury, 25, 0)
        );
        market.buyFromListing(id, buyer, 1, address(token), 1000);
    }

    function test_buyFromListing_isNotEnteredTwice() public {
        ReentrantToken token = new ReentrantToken();
        uint256 id = listIn(token);
        asset.mint(seller, 2);
        uint256 other = list(terms());
        bytes[5] memory calls = [
            abi.encodeCall(market.buyFromListing, (id, buyer, 1, address(token), 1000)),
            abi.encodeCall(market.cancelListing, (id)),
            abi.encodeCall(market.createListing, (terms())),
            abi.encodeCall(market.updateListing, (other, terms())),
            abi.encodeCall(market.approveBuyerForListing, (other, buyer, true))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            id = i == 0 ? id : listIn(token);
            token.arm(address(market), calls[i]);
            vm.prank(buyer);
            market.buyFromListing(id, buyer, 1, address(token), 1000);
            vm.assertFalse(token.hasEntered());
            vm.assertEq(
                bytes32(token.reason()),
                bytes32(bytes4(keccak256("ReentrancyGuardReentrantCall()")))
            );
            vm.prank(buyer);
            asset.transferFrom(buyer, seller, 1);
        }
    }

    // ---- lists ----

    function test_lists_showWhatIsValid() public {
        asset.mint(seller, 2);
        asset.mint(seller, 3);
        IDirectListings.ListingParameters memory t = terms();
        list(t);
        t.tokenId = 2;
        list(t);
        t.tokenId = 3;
        list(t);
        vm.prank(seller);
        asset.transferFrom(seller, buyer, 2);
        vm.assertEq(market.getAllListings(0, 2).length, 3);
        IDirectListings.Listing[] memory valid = market.getAllValidListings(0, 2);
        vm.assertEq(valid.length, 2);
        vm.assertEq(valid[1].tokenId, 3);
        vm.expectRevert(IModelMarket.BadRange.selector);
        market.getAllListings(0, 3);
        vm.expectRevert(IModelMarket.BadRange.selector);
        market.getAllValidListings(2, 1);
        vm.assertTrue(market.getListing(7).status == IDirectListings.Status.UNSET);
    }

    function test_lists_surviveSpoiltAssets() public {
        PlainAsset plain = new PlainAsset();
        plain.mint(seller, 1);
        vm.prank(seller);
        plain.setApprovalForAll(address(market), true);
        uint256 id = list(terms());
        IDirectListings.ListingParameters memory t = terms();
        t.assetContract = address(plain);
        list(t);
        for (uint8 mood = 1; mood <= uint8(type(OddAsset.Mood).max); mood++) {
            asset.setMood(OddAsset.Mood(mood));
            vm.assertEq(market.getAllValidListings(0, 1).length, 1);
            vm.prank(buyer);
            vm.expectRevert(IModelMarket.Stale.selector);
            market.buyFromListing(id, buyer, 1, address(joy), 1000);
        }
    }
}
