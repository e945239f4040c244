// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vault} from "../../src/Vault.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Test} from "../kit/Test.sol";
import {PlainToken} from "../kit/Tokens.sol";
import {vm} from "../kit/Vm.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev Takes what it is let, and brings some of it back.
contract Shop {
    function sell(IERC20 token, uint256 price, uint256 change) external {
        token.transferFrom(msg.sender, address(this), price);
        token.transfer(msg.sender, change);
    }
}

/// @dev An operator that does whatever it can think of, members that deposit, an admin that changes
/// the limit, and days that pass. Only what is over the limit or done already may be refused.
contract PoolHandler is Test {
    uint256 public constant MEMBERS = 4;
    uint256 private constant SUPPLY = 1e24;

    PlainToken public joy = new PlainToken();
    Shop public shop = new Shop();
    Vault public vault;
    address public outside;
    uint256 public deposits;
    uint256 public refusals;
    uint256 public acts;
    bool public isDoneTwice;
    mapping(uint256 day => uint256) public left;
    mapping(uint256 day => uint256) public highestLimit;
    bytes32[] private _ops;

    constructor() {
        outside = named("outside");
        vault = new Vault(address(this), address(this), joy, 1e20);
        joy.mint(address(vault), SUPPLY);
        note();
    }

    function supply() external view returns (uint256) {
        return SUPPLY + deposits;
    }

    /// @dev What a day's limit was at its highest.
    function note() private {
        uint256 day = block.timestamp / 1 days;
        if (vault.dailyLimit() > highestLimit[day]) highestLimit[day] = vault.dailyLimit();
    }

    /// @dev Joy that the vault can get at.
    function ours() public view returns (uint256 sum) {
        sum = joy.balanceOf(address(vault));
        for (uint256 i = 0; i < MEMBERS; i++) {
            sum += joy.balanceOf(vault.accountOf(bytes32(i)));
        }
    }

    function op() private returns (bytes32 next) {
        next = keccak256(abi.encode(_ops.length));
        _ops.push(next);
    }

    /// @dev Counts what left, or that it was refused for the limit's sake.
    function act(bytes memory data) private {
        uint256 before = ours();
        (bool ok, bytes memory reason) = address(vault).call(data);
        if (!ok) {
            vm.assertEq(bytes32(bytes4(reason)), bytes32(IVault.OverDailyLimit.selector));
            refusals++;
            return;
        }
        acts++;
        left[block.timestamp / 1 days] += before - ours();
    }

    function warp(uint256 by) external {
        vm.warp(block.timestamp + bound(by, 0, 12 hours));
        note();
    }

    function limit(uint256 to) external {
        vault.setDailyLimit(bound(to, 0, 1e20));
        note();
    }

    function deposit(uint256 who, uint256 amount) external {
        amount = bound(amount, 0, 1e20);
        joy.mint(vault.accountOf(bytes32(who % MEMBERS)), amount);
        deposits += amount;
    }

    function pay(uint256 amount) external {
        act(abi.encodeCall(IVault.pay, (op(), outside, bound(amount, 1, 1e20))));
    }

    function buy(uint256 who, uint256 fund, uint256 price, uint256 change, uint256 allowed)
        external
    {
        fund = bound(fund, 0, 1e20);
        price = bound(price, 0, fund);
        IVault.Call[] memory calls = new IVault.Call[](2);
        calls[0] = IVault.Call(
            address(joy),
            false,
            abi.encodeCall(
                IERC20.approve, (address(shop), bound(allowed, price, type(uint256).max))
            )
        );
        calls[1] = IVault.Call(
            address(shop), false, abi.encodeCall(Shop.sell, (joy, price, bound(change, 0, price)))
        );
        bytes32[] memory others = new bytes32[](1);
        others[0] = bytes32(change % MEMBERS);
        act(abi.encodeCall(IVault.run, (op(), bytes32(who % MEMBERS), fund, calls, others)));
    }

    function giveAway(uint256 who, uint256 fund, uint256 amount) external {
        fund = bound(fund, 0, 1e20);
        IVault.Call[] memory calls = new IVault.Call[](1);
        calls[0] = IVault.Call(
            address(joy), false, abi.encodeCall(IERC20.transfer, (outside, bound(amount, 0, fund)))
        );
        act(
            abi.encodeCall(
                IVault.run, (op(), bytes32(who % MEMBERS), fund, calls, new bytes32[](0))
            )
        );
    }

    function again(uint256 which) external {
        if (_ops.length == 0) return;
        bytes32 one = _ops[which % _ops.length];
        bool done = vault.isDone(one);
        try vault.anchor(one, 0) {
            isDoneTwice = isDoneTwice || done;
        } catch {}
    }
}

/// What holds whatever the operator does with the pool.
contract PoolInvariantTest is Test {
    PoolHandler private h;
    address[] private targets;

    function setUp() public {
        vm.warp(1_000_000);
        h = new PoolHandler();
        targets.push(address(h));
    }

    function targetContracts() external view returns (address[] memory) {
        return targets;
    }

    function invariant_holds() external view {
        uint256 day = block.timestamp / 1 days;
        vm.assertEq(
            h.ours() + h.joy().balanceOf(h.outside()) + h.joy().balanceOf(address(h.shop())),
            h.supply(),
            "joy"
        );
        vm.assertFalse(h.isDoneTwice(), "done twice");
        vm.assertEq(h.vault().spentToday(), h.left(day), "counted");
        vm.assertLe(h.left(day), h.highestLimit(day), "limit");
        for (uint256 i = 0; i < h.MEMBERS(); i++) {
            address account = h.vault().accountOf(bytes32(i));
            vm.assertEq(h.joy().allowance(account, address(h.shop())), 0, "allowance");
        }
    }

    /// The handler does reach acts and refusals.
    function test_handler_reachesAll() external {
        h.deposit(1, 5e19);
        h.buy(1, 5e19, 4e19, 1e19, 1e20);
        h.giveAway(2, 6e19, 6e19);
        h.pay(2e19);
        h.again(0);
        h.warp(12 hours);
        h.warp(12 hours);
        h.pay(2e19);
        vm.assertEq(h.acts(), 3);
        vm.assertEq(h.refusals(), 1);
    }
}
