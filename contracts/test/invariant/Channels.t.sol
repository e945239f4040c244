// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JoyToken} from "../../src/JoyToken.sol";
import {VoucherChannel} from "../../src/VoucherChannel.sol";
import {IVoucherChannel} from "../../src/interfaces/IVoucherChannel.sol";
import {Test} from "../kit/Test.sol";
import {vm} from "../kit/Vm.sol";

/// @dev One payer, three payees; vouchers are shown late, repeated, out of order, or never.
contract ChannelsHandler is Test {
    uint256 private constant KEY = 0xA11CE;

    JoyToken public joy;
    VoucherChannel public channels;
    address public payer = vm.addr(KEY);
    bytes32[] public ids;

    // Ghosts.
    mapping(bytes32 channelId => uint256) public highest;
    mapping(bytes32 channelId => uint256) public deposited;
    mapping(bytes32 channelId => bool) public isClosed;
    mapping(address payee => uint256) public earned;
    uint256 public refunded;

    constructor() {
        joy = new JoyToken(payer, 1e27);
        channels = new VoucherChannel();
        vm.prank(payer);
        joy.approve(address(channels), type(uint256).max);
    }

    function payee(uint256 i) public pure returns (address) {
        return address(uint160(0x2000 + i % 3));
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    function warp(uint256 by) external {
        vm.warp(block.timestamp + bound(by, 0, 1 days));
    }

    function open(uint256 to, uint256 deposit, uint256 window) external {
        if (ids.length >= 12) return;
        deposit = bound(deposit, 1, 1e24);
        vm.prank(payer);
        bytes32 id = channels.open(
            payee(to),
            address(joy),
            address(0),
            uint128(deposit),
            uint32(bound(window, 10 minutes, 30 days)),
            bytes32(ids.length)
        );
        ids.push(id);
        deposited[id] = deposit;
    }

    function topUp(uint256 which, uint256 amount) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        IVoucherChannel.Channel memory c = channels.getChannel(id);
        if (c.deposit == 0 || c.closesAt != 0) return;
        amount = bound(amount, 0, 1e24);
        vm.prank(payer);
        channels.topUp(id, uint128(amount));
        deposited[id] += amount;
    }

    function claim(uint256 which, uint256 amount) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        IVoucherChannel.Channel memory c = channels.getChannel(id);
        amount = bound(amount, 0, 2 * deposited[id]);
        bytes memory signature = signed(KEY, channels.voucherDigest(id, uint128(amount)));
        uint256 capped = amount < deposited[id] ? amount : deposited[id];
        bool late = c.closesAt != 0 && block.timestamp >= c.closesAt;
        if (isClosed[id] || late || capped <= highest[id]) {
            vm.expectRevert();
            channels.claim(id, uint128(amount), signature);
            return;
        }
        channels.claim(id, uint128(amount), signature);
        earned[c.payee] += capped - highest[id];
        highest[id] = capped;
    }

    function close(uint256 which, bool byPayee) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        IVoucherChannel.Channel memory c = channels.getChannel(id);
        if (c.deposit == 0 || (!byPayee && c.closesAt != 0)) return;
        vm.prank(byPayee ? c.payee : payer);
        channels.close(id);
        if (byPayee) ended(id);
    }

    function finish(uint256 which) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        IVoucherChannel.Channel memory c = channels.getChannel(id);
        if (c.deposit == 0 || c.closesAt == 0 || block.timestamp < c.closesAt) return;
        channels.finish(id);
        ended(id);
    }

    function withdraw(uint256 who) external {
        address account = who % 4 == 3 ? payer : payee(who);
        if (channels.creditOf(address(joy), account) == 0) return;
        channels.withdraw(address(joy), account);
    }

    function ended(bytes32 id) private {
        isClosed[id] = true;
        refunded += deposited[id] - highest[id];
    }
}

/// What holds whatever payer and payees do, and when.
contract ChannelsInvariantTest is Test {
    ChannelsHandler private h;
    address[] private targets;

    function setUp() public {
        vm.warp(1_000_000);
        h = new ChannelsHandler();
        targets.push(address(h));
    }

    function targetContracts() external view returns (address[] memory) {
        return targets;
    }

    /// All of it in one campaign: each looks after every call.
    function invariant_holds() external view {
        highestVoucherWins();
        depositsAreExact();
    }

    /// A payee has got what the highest vouchers say, and waits for no more than that.
    function highestVoucherWins() private view {
        for (uint256 i = 0; i < 3; i++) {
            address payee = h.payee(i);
            vm.assertEq(
                h.joy().balanceOf(payee) + h.channels().creditOf(address(h.joy()), payee),
                h.earned(payee)
            );
        }
    }

    /// What is here is open deposits without what was claimed, and what is owed.
    function depositsAreExact() private view {
        uint256 held = h.channels().creditOf(address(h.joy()), h.payer());
        uint256 inPlay = 0;
        for (uint256 i = 0; i < 3; i++) {
            held += h.channels().creditOf(address(h.joy()), h.payee(i));
        }
        for (uint256 i = 0; i < h.count(); i++) {
            bytes32 id = h.ids(i);
            if (h.isClosed(id)) continue;
            held += h.deposited(id) - h.highest(id);
            inPlay += h.deposited(id);
        }
        vm.assertEq(h.joy().balanceOf(address(h.channels())), held);
        vm.assertLe(inPlay, h.joy().totalSupply());
    }
}
