// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VoucherChannel} from "../src/VoucherChannel.sol";
import {IPurse} from "../src/interfaces/IPurse.sol";
import {IVoucherChannel} from "../src/interfaces/IVoucherChannel.sol";
import {Wallet} from "./kit/Assets.sol";
import {Test} from "./kit/Test.sol";
import {FeeToken, PlainToken, ReentrantToken} from "./kit/Tokens.sol";
import {vm} from "./kit/Vm.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// VoucherChannel
/// ├── open: within bounds, once per id
/// ├── topUp: by anybody, until the payer closes
/// ├── claim
/// │   ├── the highest voucher counts, in any order; the difference is credited
/// │   ├── above the deposit: the deposit
/// │   └── refused: not higher, another's signature, after the window
/// ├── close: the payee's word ends it, the payer's begins the window
/// └── finish: after the window; payee and payer get the deposit, to the wei
contract VoucherChannelTest is Test {
    uint256 private constant KEY = 0xA11CE;

    VoucherChannel private channels;
    PlainToken private joy;
    address private payer;
    address private payee;
    bytes32 private id;

    function setUp() public {
        vm.warp(1_000_000);
        payer = vm.addr(KEY);
        payee = named("payee");
        channels = new VoucherChannel();
        joy = new PlainToken();
        id = open(joy, "salt");
    }

    function open(PlainToken token, bytes32 salt) private returns (bytes32) {
        token.mint(payer, 1000);
        vm.startPrank(payer);
        token.approve(address(channels), type(uint256).max);
        bytes32 opened = channels.open(payee, address(token), address(0), 1000, 3600, salt);
        vm.stopPrank();
        return opened;
    }

    function voucher(uint128 amount) private view returns (bytes memory) {
        return signed(KEY, channels.voucherDigest(id, amount));
    }

    function claim(uint128 amount) private {
        channels.claim(id, amount, voucher(amount));
    }

    function credit(address account) private view returns (uint256) {
        return channels.creditOf(address(joy), account);
    }

    function test_voucherDigest_isEIP712() public view {
        (, string memory name, string memory version, uint256 chainId, address self,,) =
            IERC5267(address(channels)).eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Stoa Voucher Channel"),
                keccak256("1"),
                block.chainid,
                address(channels)
            )
        );
        bytes32 voucherHash = keccak256(
            abi.encode(keccak256("Voucher(bytes32 channelId,uint128 amount)"), id, uint256(5))
        );
        vm.assertEq(
            channels.voucherDigest(id, 5),
            keccak256(abi.encodePacked("\x19\x01", domain, voucherHash))
        );
        vm.assertEq(name, "Stoa Voucher Channel");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, block.chainid);
        vm.assertEq(self, address(channels));
    }

    function test_open_refuses() public {
        vm.startPrank(payer);
        bytes memory bad = abi.encodeWithSelector(IVoucherChannel.BadChannel.selector);
        vm.expectRevert(bad);
        channels.open(address(0), address(joy), payer, 1, 3600, "x");
        vm.expectRevert(bad);
        channels.open(payer, address(joy), payer, 1, 3600, "x");
        vm.expectRevert(bad);
        channels.open(payee, address(joy), payer, 0, 3600, "x");
        vm.expectRevert(bad);
        channels.open(payee, address(joy), payer, 1, 599, "x");
        vm.expectRevert(bad);
        channels.open(payee, address(joy), payer, 1, 30 days + 1, "x");
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.AlreadyOpened.selector, id));
        channels.open(payee, address(joy), payer, 1, 3600, "salt");
        vm.stopPrank();
        vm.assertEq(id, channels.channelIdOf(payer, payee, address(joy), "salt"));
    }

    function testFuzz_claim_highestWins(uint128 a, uint128 b, uint128 c) public {
        uint128[3] memory amounts = [a % 2000, b % 2000, c % 2000];
        uint256 highest = 0;
        for (uint256 i = 0; i < 3; i++) {
            uint256 capped = amounts[i] < 1000 ? amounts[i] : 1000;
            bytes memory signature = voucher(amounts[i]);
            if (capped <= highest) {
                vm.expectRevert(
                    abi.encodeWithSelector(IVoucherChannel.NotHigher.selector, amounts[i], highest)
                );
            } else {
                highest = capped;
            }
            channels.claim(id, amounts[i], signature);
            vm.assertEq(credit(payee), highest);
        }
        vm.prank(payee);
        channels.close(id);
        vm.assertEq(credit(payer), 1000 - highest);
        vm.assertEq(joy.balanceOf(address(channels)), 1000);
    }

    function test_claim_refusesOthersSignatures() public {
        bytes memory wrong = abi.encodeWithSelector(IVoucherChannel.BadSignature.selector, payer);
        bytes memory good = voucher(5);
        vm.expectRevert(wrong);
        channels.claim(id, 6, good);
        bytes memory others = signed(0xB0B, channels.voucherDigest(id, 5));
        vm.expectRevert(wrong);
        channels.claim(id, 5, others);
        bytes32 first = id;
        id = open(joy, "second");
        vm.expectRevert(wrong);
        channels.claim(id, 5, good);
        vm.chainId(77);
        vm.expectRevert(wrong);
        channels.claim(first, 5, good);
        vm.chainId(31_337);
        channels.claim(first, 5, good);
    }

    function test_claim_takesASignersAndAWallets() public {
        Wallet wallet = new Wallet(vm.addr(0xB0B));
        joy.mint(address(wallet), 500);
        wallet.run(address(joy), abi.encodeCall(joy.approve, (address(channels), 500)));
        bytes memory opened = wallet.run(
            address(channels),
            abi.encodeCall(channels.open, (payee, address(joy), address(0), 250, 3600, "wallet"))
        );
        id = abi.decode(opened, (bytes32));
        channels.claim(id, 7, signed(0xB0B, channels.voucherDigest(id, 7)));
        opened = wallet.run(
            address(channels),
            abi.encodeCall(channels.open, (payee, address(joy), payer, 250, 3600, "key"))
        );
        id = abi.decode(opened, (bytes32));
        claim(8);
        vm.assertEq(credit(payee), 15);
    }

    function test_topUp_addsForThePayer() public {
        joy.mint(address(this), 500);
        joy.approve(address(channels), 500);
        channels.topUp(id, 500);
        claim(1400);
        vm.assertEq(credit(payee), 1400);
        vm.prank(payer);
        channels.close(id);
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.AlreadyClosing.selector, 1_003_600));
        channels.topUp(id, 1);
    }

    function test_close_payersGivesTheWindow() public {
        claim(10);
        vm.prank(payer);
        channels.close(id);
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.AlreadyClosing.selector, 1_003_600));
        channels.close(id);
        vm.warp(1_003_599);
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.TooEarly.selector, 1_003_600));
        channels.finish(id);
        claim(300);
        vm.warp(1_003_600);
        bytes memory late = voucher(400);
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.TooLate.selector, 1_003_600));
        channels.claim(id, 400, late);
        channels.finish(id);
        vm.assertEq(credit(payee), 300);
        vm.assertEq(credit(payer), 700);
        channels.withdraw(address(joy), payee);
        channels.withdraw(address(joy), payer);
        vm.assertEq(joy.balanceOf(payee), 300);
        vm.assertEq(joy.balanceOf(address(channels)), 0);
    }

    function test_closed_staysClosed() public {
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.NotParty.selector, address(this)));
        channels.close(id);
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.TooEarly.selector, 0));
        channels.finish(id);
        bytes memory signature = voucher(5);
        vm.prank(payee);
        channels.close(id);
        bytes memory closed = abi.encodeWithSelector(IVoucherChannel.NotOpen.selector, id);
        vm.expectRevert(closed);
        channels.claim(id, 5, signature);
        vm.expectRevert(closed);
        channels.topUp(id, 5);
        vm.expectRevert(closed);
        channels.finish(id);
        vm.prank(payer);
        vm.expectRevert(closed);
        channels.close(id);
        vm.prank(payer);
        vm.expectRevert(abi.encodeWithSelector(IVoucherChannel.AlreadyOpened.selector, id));
        channels.open(payee, address(joy), payer, 1, 3600, "salt");
        vm.assertEq(channels.getChannel(id).payer, payer);
    }

    function test_close_payeeEndsEvenWhileClosing() public {
        vm.prank(payer);
        channels.close(id);
        claim(250);
        vm.prank(payee);
        channels.close(id);
        vm.assertEq(credit(payer), 750);
    }

    function test_open_refusesFeeOnTransfer() public {
        FeeToken token = new FeeToken();
        token.mint(payer, 1000);
        vm.startPrank(payer);
        token.approve(address(channels), 1000);
        vm.expectRevert(
            abi.encodeWithSelector(IPurse.InexactTransfer.selector, address(token), 1000, 990)
        );
        channels.open(payee, address(token), payer, 1000, 3600, "fee");
        vm.stopPrank();
    }

    function test_reentrant_entersNothing() public {
        ReentrantToken token = new ReentrantToken();
        id = open(token, "odd");
        claim(600);
        vm.prank(payee);
        channels.close(id);
        token.arm(address(channels), abi.encodeCall(channels.withdraw, (address(token), payee)));
        channels.withdraw(address(token), payee);
        vm.assertFalse(token.hasEntered());
        vm.assertEq(token.balanceOf(payee), 600);
        vm.assertEq(token.balanceOf(address(channels)), 400);
    }
}
