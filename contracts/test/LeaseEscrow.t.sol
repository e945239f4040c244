// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {ModelNFT} from "../src/ModelNFT.sol";
import {ILeaseEscrow} from "../src/interfaces/ILeaseEscrow.sol";
import {IModelNFT} from "../src/interfaces/IModelNFT.sol";
import {IPurse} from "../src/interfaces/IPurse.sol";
import {BoundAsset, PlainAsset} from "./kit/Assets.sol";
import {Test} from "./kit/Test.sol";
import {FalseToken, FeeToken, PlainToken, ReentrantToken} from "./kit/Tokens.sol";
import {vm} from "./kit/Vm.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// LeaseEscrow
/// ├── offer: by the owner, within bounds, of a token that leaves its users to the escrow
/// ├── lease
/// │   ├── paid in advance, rounded up; userOf from now on
/// │   ├── refused: no offer, a former owner's, leased already, duration, other terms
/// │   └── over: without a transaction, to the second
/// ├── nobody replaces a lessee: not by offer, transfer, setUser
/// ├── end: refund and rent add up to the deposit, at any second
/// ├── transfer: rent up to now is the seller's, from now on the buyer's
/// └── currencies that keep a part, say false, or call back
contract LeaseEscrowTest is Test {
    LeaseEscrow private escrow;
    ModelNFT private nft;
    PlainToken private joy;
    address private owner;
    address private lessee;
    address private other;
    address private treasury;

    function setUp() public {
        vm.warp(1_000_000);
        (owner, lessee) = (named("owner"), named("lessee"));
        (other, treasury) = (named("other"), named("treasury"));
        escrow = new LeaseEscrow(treasury, 250);
        nft = new ModelNFT(address(this), escrow);
        nft.mint(owner, "model", "bafy", owner, 500);
        joy = new PlainToken();
        fund(joy);
        offer(joy, 1000, 7);
    }

    function fund(PlainToken token) private {
        token.mint(lessee, 1e36);
        vm.prank(lessee);
        token.approve(address(escrow), type(uint256).max);
    }

    function offer(PlainToken token, uint96 price, uint32 period) private {
        vm.prank(nft.ownerOf(1));
        escrow.offer(address(nft), 1, address(token), price, period, 10, 1e6);
    }

    function lease(uint256 duration) private returns (uint256) {
        vm.prank(lessee);
        return escrow.lease(address(nft), 1, duration, address(joy), type(uint256).max);
    }

    function credit(address account) private view returns (uint256) {
        return escrow.creditOf(address(joy), account);
    }

    // ---- deployment, offers ----

    function test_constructor_refusesOutOfBounds() public {
        vm.expectRevert(ILeaseEscrow.BadFee.selector);
        new LeaseEscrow(address(0), 0);
        vm.expectRevert(ILeaseEscrow.BadFee.selector);
        new LeaseEscrow(treasury, 1001);
    }

    function test_offer_refuses() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.NotOwner.selector, address(this)));
        escrow.offer(address(nft), 1, address(joy), 1, 1, 1, 1);
        vm.startPrank(owner);
        uint32[4][5] memory wrong = [
            [uint32(0), 1, 1, 1],
            [uint32(1), 0, 1, 1],
            [uint32(1), 1, 0, 1],
            [uint32(1), 1, 2, 1],
            [uint32(1), 366 days + 1, 1, 1]
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectRevert(ILeaseEscrow.BadTerms.selector);
            escrow.offer(
                address(nft), 1, address(joy), wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3]
            );
        }
        vm.expectRevert(ILeaseEscrow.BadTerms.selector);
        escrow.offer(address(nft), 1, address(joy), 1, 1, 1, 5 * 366 days + 1);
        vm.stopPrank();
    }

    function test_offer_refusesTokensThatDoNotProtect() public {
        BoundAsset elsewhere = new BoundAsset(other);
        elsewhere.mint(owner, 1);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.NotBound.selector, address(elsewhere)));
        escrow.offer(address(elsewhere), 1, address(joy), 1, 1, 1, 1);
        PlainAsset plain = new PlainAsset();
        plain.mint(owner, 1);
        vm.expectRevert();
        escrow.offer(address(plain), 1, address(joy), 1, 1, 1, 1);
        vm.stopPrank();
    }

    function test_withdrawOffer_endsIt() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.NotOwner.selector, address(this)));
        escrow.withdrawOffer(address(nft), 1);
        vm.prank(owner);
        escrow.withdrawOffer(address(nft), 1);
        vm.assertEq(uint256(escrow.getOffer(address(nft), 1).price), 0);
        vm.prank(lessee);
        vm.expectRevert(ILeaseEscrow.NoOffer.selector);
        escrow.lease(address(nft), 1, 10, address(joy), type(uint256).max);
    }

    // ---- lease ----

    function test_lease_endsWithoutATransaction() public {
        vm.assertEq(nft.userOf(1), address(0));
        vm.assertEq(nft.userExpires(1), 0);
        vm.assertEq(lease(10), 1429); // 10,000 / 7, up
        vm.assertEq(nft.userOf(1), lessee);
        vm.assertEq(nft.userExpires(1), block.timestamp + 9);
        vm.warp(block.timestamp + 9);
        vm.assertEq(nft.userOf(1), lessee);
        vm.warp(block.timestamp + 1);
        vm.assertEq(nft.userOf(1), address(0));
        lease(10);
        vm.assertEq(nft.userOf(1), lessee);
        ILeaseEscrow.Lease memory last = escrow.getLease(address(nft), 1);
        vm.assertEq(uint256(last.start), block.timestamp);
        vm.assertEq(credit(treasury) + credit(owner), 1429);
    }

    function test_lease_refuses() public {
        vm.startPrank(lessee);
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.BadDuration.selector, 9, 10, 1e6));
        escrow.lease(address(nft), 1, 9, address(joy), 1e30);
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.BadDuration.selector, 1e6 + 1, 10, 1e6));
        escrow.lease(address(nft), 1, 1e6 + 1, address(joy), 1e30);
        vm.expectRevert(
            abi.encodeWithSelector(ILeaseEscrow.OfferChanged.selector, address(joy), 1429)
        );
        escrow.lease(address(nft), 1, 10, address(joy), 1428);
        vm.expectRevert(
            abi.encodeWithSelector(ILeaseEscrow.OfferChanged.selector, address(joy), 1429)
        );
        escrow.lease(address(nft), 1, 10, address(nft), 1429);
        escrow.lease(address(nft), 1, 10, address(joy), 1429);
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.AlreadyLeased.selector, 1_000_010));
        escrow.lease(address(nft), 1, 10, address(joy), 1429);
        vm.stopPrank();
    }

    function test_lease_refusesAFormerOwnersOffer() public {
        vm.prank(owner);
        nft.transferFrom(owner, other, 1);
        vm.prank(lessee);
        vm.expectRevert(ILeaseEscrow.NoOffer.selector);
        escrow.lease(address(nft), 1, 10, address(joy), 1e30);
    }

    function test_lessee_isNotReplaced() public {
        lease(100);
        vm.startPrank(owner);
        escrow.offer(address(nft), 1, address(joy), 1, 1, 1, 1);
        escrow.withdrawOffer(address(nft), 1);
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.NotEscrow.selector, owner));
        nft.setUser(1, owner, type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.NotLessee.selector, owner));
        escrow.end(address(nft), 1);
        nft.transferFrom(owner, other, 1);
        vm.stopPrank();
        vm.assertEq(nft.userOf(1), lessee);
        vm.assertEq(nft.ownerOf(1), other);
    }

    // ---- sums ----

    function testFuzz_end_addsUp(uint256 price, uint256 period, uint256 duration, uint256 used)
        public
    {
        duration = bound(duration, 10, 1e6);
        used = bound(used, 0, duration - 1);
        offer(joy, uint96(bound(price, 1, type(uint96).max)), uint32(bound(period, 1, 366 days)));
        uint256 deposit = lease(duration);
        vm.warp(block.timestamp + used);
        vm.prank(lessee);
        uint256 refund = escrow.end(address(nft), 1);
        ILeaseEscrow.Offer memory o = escrow.getOffer(address(nft), 1);
        // Up for the protocol, down for the lessee.
        uint256 rent = (uint256(o.price) * used + o.period - 1) / o.period;
        vm.assertEq(refund, deposit - rent);
        vm.assertEq(credit(lessee), refund);
        vm.assertEq(credit(treasury), (rent * 250 + 9999) / 10_000);
        vm.assertEq(credit(owner) + credit(treasury) + credit(lessee), deposit);
        vm.assertEq(joy.balanceOf(address(escrow)), deposit);
        vm.assertEq(nft.userOf(1), address(0));
        vm.prank(lessee);
        vm.expectRevert(abi.encodeWithSelector(ILeaseEscrow.NotLessee.selector, lessee));
        escrow.end(address(nft), 1);
    }

    function testFuzz_transfer_cutsTheRent(uint256 first, uint256 second) public {
        uint256 deposit = lease(1000);
        first = bound(first, 0, 1000);
        second = bound(second, 0, 1000);
        vm.warp(block.timestamp + first);
        vm.prank(owner);
        nft.transferFrom(owner, other, 1);
        uint256 firstRent = (1000 * first + 6) / 7;
        vm.assertEq(credit(owner), firstRent - (firstRent * 250 + 9999) / 10_000);
        vm.warp(block.timestamp + second);
        escrow.settle(address(nft), 1);
        vm.warp(block.timestamp + 1000);
        escrow.settle(address(nft), 1);
        escrow.settle(address(nft), 1);
        vm.assertEq(credit(owner) + credit(other) + credit(treasury), deposit);
        vm.assertEq(uint256(escrow.getLease(address(nft), 1).settled), deposit);
    }

    function test_withdraw_paysOnce() public {
        lease(1000);
        vm.warp(block.timestamp + 1000);
        escrow.settle(address(nft), 1);
        uint256 due = credit(owner);
        vm.assertEq(escrow.withdraw(address(joy), owner), due);
        vm.assertEq(joy.balanceOf(owner), due);
        vm.expectRevert(abi.encodeWithSelector(IPurse.NothingOwed.selector, address(joy), owner));
        escrow.withdraw(address(joy), owner);
    }

    // ---- currencies ----

    function test_lease_refusesFeeOnTransfer() public {
        FeeToken token = new FeeToken();
        fund(token);
        offer(token, 100, 1);
        vm.prank(lessee);
        vm.expectRevert(
            abi.encodeWithSelector(IPurse.InexactTransfer.selector, address(token), 1000, 990)
        );
        escrow.lease(address(nft), 1, 10, address(token), 1e30);
    }

    function test_false_neitherLeasesNorLosesWhatIsOwed() public {
        FalseToken token = new FalseToken();
        fund(token);
        offer(token, 100, 1);
        token.setBroken(true);
        bytes memory failed =
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.prank(lessee);
        vm.expectRevert(failed);
        escrow.lease(address(nft), 1, 10, address(token), 1e30);
        token.setBroken(false);
        vm.prank(lessee);
        escrow.lease(address(nft), 1, 10, address(token), 1e30);
        vm.warp(block.timestamp + 10);
        escrow.settle(address(nft), 1);
        token.setBroken(true);
        vm.expectRevert(failed);
        escrow.withdraw(address(token), owner);
        vm.assertEq(escrow.creditOf(address(token), owner), 975);
    }

    function test_reentrant_entersNothing() public {
        ReentrantToken token = new ReentrantToken();
        fund(token);
        offer(token, 100, 1);
        bytes[4] memory calls = [
            abi.encodeCall(escrow.lease, (address(nft), 1, 10, address(token), 1e30)),
            abi.encodeCall(escrow.end, (address(nft), 1)),
            abi.encodeCall(escrow.settle, (address(nft), 1)),
            abi.encodeCall(escrow.withdraw, (address(token), owner))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            token.arm(address(escrow), calls[i]);
            vm.prank(lessee);
            escrow.lease(address(nft), 1, 10, address(token), 1e30);
            vm.assertFalse(token.hasEntered());
            vm.warp(block.timestamp + 10);
            escrow.settle(address(nft), 1);
        }
        token.arm(address(escrow), abi.encodeCall(escrow.withdraw, (address(token), owner)));
        escrow.withdraw(address(token), owner);
        vm.assertFalse(token.hasEntered());
        vm.assertEq(token.balanceOf(owner), 4 * 975);
    }
}
