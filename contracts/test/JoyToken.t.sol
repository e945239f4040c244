// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JoyToken} from "../src/JoyToken.sol";
import {Test} from "./kit/Test.sol";
import {vm} from "./kit/Vm.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

/// JoyToken
/// ├── supply: all of it is the holder's; there is no other way to mint
/// ├── votes: seconds are the clock; they follow the balance once delegated
/// ├── permit: spends by signature, once
/// └── ERC-3009
///     ├── transfer: by anybody with the signature
///     │   └── refused: used, cancelled, too early, too late, another's signature
///     ├── receive: by the payee alone
///     └── cancel: the nonce is gone
contract JoyTokenTest is Test {
    uint256 private constant KEY = 0xA11CE;
    bytes32 private constant TRANSFER = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant CANCEL =
        keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");
    bytes32 private constant PERMIT = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    JoyToken private joy;
    address private alice;
    address private bob;

    function setUp() public {
        vm.warp(1_000_000);
        alice = vm.addr(KEY);
        bob = named("bob");
        joy = new JoyToken(alice, 1e27);
    }

    function digest(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", joy.DOMAIN_SEPARATOR(), structHash));
    }

    function authorize(bytes32 kind, uint256 value, bytes32 nonce)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        return vm.sign(
            KEY, digest(keccak256(abi.encode(kind, alice, bob, value, 999_999, 1_000_001, nonce)))
        );
    }

    function test_constructor_mintsAll() public view {
        vm.assertEq(joy.totalSupply(), 1e27);
        vm.assertEq(joy.balanceOf(alice), 1e27);
        vm.assertEq(joy.name(), "Joy Token");
        vm.assertEq(joy.symbol(), "JOY");
        vm.assertEq(uint256(joy.decimals()), 18);
    }

    function test_clock_isSeconds() public view {
        vm.assertEq(uint256(joy.clock()), block.timestamp);
        vm.assertEq(joy.CLOCK_MODE(), "mode=timestamp");
    }

    function testFuzz_votes_followTheBalance(uint256 amount) public {
        amount = bound(amount, 0, 1e27);
        vm.startPrank(alice);
        joy.delegate(alice);
        joy.transfer(bob, amount);
        vm.stopPrank();
        vm.assertEq(joy.getVotes(alice), 1e27 - amount);
        vm.assertEq(joy.getVotes(bob), 0);
        vm.warp(block.timestamp + 1);
        vm.assertEq(joy.getPastVotes(alice, block.timestamp - 1), 1e27 - amount);
        vm.assertEq(joy.getPastTotalSupply(block.timestamp - 1), 1e27);
    }

    function test_permit_spendsOnce() public {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(KEY, digest(keccak256(abi.encode(PERMIT, alice, bob, 5, 0, 2_000_000))));
        joy.permit(alice, bob, 5, 2_000_000, v, r, s);
        vm.assertEq(joy.allowance(alice, bob), 5);
        vm.assertEq(joy.nonces(alice), 1);
        vm.expectRevert();
        joy.permit(alice, bob, 5, 2_000_000, v, r, s);
    }

    function test_transferWithAuthorization_movesOnce() public {
        (uint8 v, bytes32 r, bytes32 s) = authorize(TRANSFER, 7, "n");
        joy.transferWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
        vm.assertEq(joy.balanceOf(bob), 7);
        vm.assertTrue(joy.authorizationState(alice, "n"));
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, bytes32("n"))
        );
        joy.transferWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
    }

    function test_transferWithAuthorization_refusesWrongTime() public {
        (uint8 v, bytes32 r, bytes32 s) = authorize(TRANSFER, 7, "n");
        vm.warp(999_999);
        vm.expectRevert();
        joy.transferWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
        vm.warp(1_000_001);
        vm.expectRevert();
        joy.transferWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
    }

    function testFuzz_transferWithAuthorization_refusesAnything(uint256 value, bytes32 nonce)
        public
    {
        (uint8 v, bytes32 r, bytes32 s) = authorize(TRANSFER, value, nonce);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        joy.transferWithAuthorization(alice, bob, value ^ 1, 999_999, 1_000_001, nonce, v, r, s);
    }

    function test_receiveWithAuthorization_isForThePayee() public {
        (uint8 v, bytes32 r, bytes32 s) = authorize(RECEIVE, 7, "n");
        vm.expectRevert();
        joy.receiveWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
        vm.prank(bob);
        joy.receiveWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
        vm.assertEq(joy.balanceOf(bob), 7);
    }

    function test_cancelAuthorization_endsTheNonce() public {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(KEY, digest(keccak256(abi.encode(CANCEL, alice, bytes32("n")))));
        joy.cancelAuthorization(alice, "n", v, r, s);
        (v, r, s) = authorize(TRANSFER, 7, "n");
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, alice, bytes32("n"))
        );
        joy.transferWithAuthorization(alice, bob, 7, 999_999, 1_000_001, "n", v, r, s);
    }
}
