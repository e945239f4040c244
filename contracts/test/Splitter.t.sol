// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Splitter} from "../src/Splitter.sol";
import {ISplitter} from "../src/interfaces/ISplitter.sol";
import {Test} from "./kit/Test.sol";
import {FalseToken, PlainToken, ReentrantToken} from "./kit/Tokens.sol";
import {vm} from "./kit/Vm.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// Splitter
/// ├── initialize: once, by the registry; shares of all make the whole
/// ├── distribute: shares down, the rest to the last; together what came in
/// ├── release: what is owed, once; native coin as well
/// ├── act: by the registry
/// └── currencies that say false, call back, or take away what they gave
contract SplitterTest is Test {
    Splitter private splitter;
    PlainToken private joy;
    address private creator;
    address private data;
    address private treasury;

    function setUp() public {
        (creator, data, treasury) = (named("creator"), named("data"), named("treasury"));
        splitter = new Splitter();
        joy = new PlainToken();
    }

    function payees(uint96 first, uint96 second, uint96 third)
        private
        view
        returns (ISplitter.Payee[] memory list)
    {
        list = new ISplitter.Payee[](3);
        list[0] = ISplitter.Payee(creator, first);
        list[1] = ISplitter.Payee(data, second);
        list[2] = ISplitter.Payee(treasury, third);
    }

    function test_initialize_refuses() public {
        vm.prank(creator);
        vm.expectRevert(abi.encodeWithSelector(ISplitter.NotRegistry.selector, creator));
        splitter.initialize(payees(7000, 2000, 1000));
        vm.expectRevert(ISplitter.BadShares.selector);
        splitter.initialize(payees(7000, 2000, 1001));
        vm.expectRevert(ISplitter.BadShares.selector);
        splitter.initialize(payees(8000, 2000, 0));
        vm.expectRevert(ISplitter.BadShares.selector);
        splitter.initialize(new ISplitter.Payee[](0));
        vm.expectRevert(ISplitter.BadShares.selector);
        splitter.initialize(new ISplitter.Payee[](33));
        ISplitter.Payee[] memory nobody = payees(7000, 2000, 1000);
        nobody[1].account = address(0);
        vm.expectRevert(ISplitter.BadShares.selector);
        splitter.initialize(nobody);
        splitter.initialize(payees(7000, 2000, 1000));
        vm.expectRevert(ISplitter.AlreadyFixed.selector);
        splitter.initialize(payees(7000, 2000, 1000));
        vm.assertEq(splitter.getPayees().length, 3);
        vm.assertEq(splitter.REGISTRY(), address(this));
    }

    function testFuzz_distribute_addsUp(uint256 a, uint256 b, uint256 first, uint256 second)
        public
    {
        a = bound(a, 0, type(uint128).max);
        b = bound(b, 0, type(uint256).max - a);
        first = bound(first, 1, 9998);
        second = bound(second, 1, 9999 - first);
        splitter.initialize(payees(uint96(first), uint96(second), uint96(10_000 - first - second)));
        joy.mint(address(splitter), a);
        vm.assertEq(splitter.distribute(address(joy)), a);
        joy.mint(address(splitter), b);
        vm.assertEq(splitter.distribute(address(joy)), b);
        vm.assertEq(splitter.distribute(address(joy)), 0);
        vm.assertEq(splitter.owed(address(joy)), a + b);
        uint256 sum = 0;
        address[3] memory all = [creator, data, treasury];
        for (uint256 i = 0; i < 3; i++) {
            uint256 due = splitter.owedOf(address(joy), all[i]);
            sum += due;
            if (due != 0) vm.assertEq(splitter.release(address(joy), all[i]), due);
            vm.assertEq(joy.balanceOf(all[i]), due);
        }
        vm.assertEq(sum, a + b);
        vm.assertEq(splitter.owed(address(joy)), 0);
        vm.assertEq(joy.balanceOf(address(splitter)), 0);
    }

    function testFuzz_distribute_roundsDownButTheLast(uint256 amount) public {
        amount = bound(amount, 0, type(uint128).max);
        splitter.initialize(payees(3333, 3333, 3334));
        joy.mint(address(splitter), amount);
        splitter.distribute(address(joy));
        vm.assertEq(splitter.owedOf(address(joy), creator), amount * 3333 / 10_000);
        vm.assertEq(splitter.owedOf(address(joy), data), amount * 3333 / 10_000);
    }

    function test_release_paysNativeCoin() public {
        splitter.initialize(payees(7000, 2000, 1000));
        vm.deal(address(this), 1001);
        (bool ok,) = address(splitter).call{value: 1001}("");
        vm.assertTrue(ok);
        vm.assertEq(splitter.release(address(0), creator), 700);
        vm.assertEq(splitter.release(address(0), treasury), 101);
        vm.assertEq(creator.balance, 700);
        vm.expectRevert(abi.encodeWithSelector(ISplitter.NothingDue.selector, address(0), creator));
        splitter.release(address(0), creator);
    }

    function test_act_isTheRegistrys() public {
        vm.prank(creator);
        vm.expectRevert(abi.encodeWithSelector(ISplitter.NotRegistry.selector, creator));
        splitter.act(address(joy), "");
        joy.mint(address(splitter), 5);
        splitter.act(address(joy), abi.encodeCall(joy.transfer, (data, 5)));
        vm.assertEq(joy.balanceOf(data), 5);
    }

    function test_false_losesNothing() public {
        FalseToken token = new FalseToken();
        splitter.initialize(payees(7000, 2000, 1000));
        token.mint(address(splitter), 1000);
        token.setBroken(true);
        vm.expectRevert(
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token))
        );
        splitter.release(address(token), creator);
        token.setBroken(false);
        vm.assertEq(splitter.release(address(token), creator), 700);
    }

    function test_reentrant_paysOnce() public {
        ReentrantToken token = new ReentrantToken();
        splitter.initialize(payees(7000, 2000, 1000));
        token.mint(address(splitter), 1000);
        token.arm(address(splitter), abi.encodeCall(splitter.release, (address(token), creator)));
        splitter.release(address(token), creator);
        vm.assertFalse(token.hasEntered());
        vm.assertEq(token.balanceOf(creator), 700);
    }

    function test_distribute_waitsForWhatWasTakenAway() public {
        splitter.initialize(payees(7000, 2000, 1000));
        joy.mint(address(splitter), 1000);
        splitter.distribute(address(joy));
        splitter.act(address(joy), abi.encodeCall(joy.transfer, (data, 600)));
        vm.assertEq(splitter.distribute(address(joy)), 0);
        joy.mint(address(splitter), 700);
        vm.assertEq(splitter.distribute(address(joy)), 100);
        vm.assertEq(splitter.owed(address(joy)), 1100);
    }

    function test_distribute_withoutPayeesKeepsAll() public {
        joy.mint(address(splitter), 1000);
        vm.assertEq(splitter.distribute(address(joy)), 0);
    }
}
