// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {ModelMarket} from "../src/ModelMarket.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Vault} from "../src/Vault.sol";
import {IAccount} from "../src/interfaces/IAccount.sol";
import {IDirectListings} from "../src/interfaces/IDirectListings.sol";
import {ILeaseEscrow} from "../src/interfaces/ILeaseEscrow.sol";
import {IModelMarket} from "../src/interfaces/IModelMarket.sol";
import {IModelNFT} from "../src/interfaces/IModelNFT.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {IPurse} from "../src/interfaces/IPurse.sol";
import {ISplitter} from "../src/interfaces/ISplitter.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {PlainAsset} from "./kit/Assets.sol";
import {Test} from "./kit/Test.sol";
import {FalseToken, FeeToken, PlainToken, ReentrantToken} from "./kit/Tokens.sol";
import {vm} from "./kit/Vm.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @dev What an account may call by mistake.
contract Odd {
    error Said(uint256 what);

    uint256 public used;

    function says() external pure {
        revert Said(7);
    }

    function saysNothing() external pure {
        assembly {
            revert(0, 0)
        }
    }

    /// @dev Needs about 500 gas for each.
    function uses(uint256 count) external {
        for (uint256 i = 0; i < count; i++) {
            used++;
        }
    }

    function takes(IERC20 token, uint256 amount) external {
        token.transferFrom(msg.sender, address(this), amount);
    }
}

/// Vault
/// ├── accounts: where they are before they are there; Joy and tokens arrive before and after
/// ├── run
/// │   ├── funds, calls, takes all back; once for each number
/// │   ├── a call that fails undoes all, with its reason; one that may does not, unless for want of gas
/// │   ├── what was let take is not any more; what left is counted for the day
/// │   ├── others are swept too, after that
/// │   └── refused: not the operator, the vault or nothing as target, too many calls or accounts
/// ├── pay, anchor: once; the day's limit; to whom not
/// ├── the admin replaces key and limit
/// ├── currencies that keep a part, lie, say false, call back
/// └── members mint, sell, lease and collect by one call each
contract VaultTest is Test {
    Vault private vault;
    PlainToken private joy;
    Odd private odd;
    address private operator;
    bytes32 private constant ANNA = "anna";
    bytes32 private constant BERT = "bert";

    function setUp() public {
        vm.warp(1_000_000);
        operator = named("operator");
        joy = new PlainToken();
        vault = new Vault(address(this), operator, joy, 1000);
        joy.mint(address(vault), 10_000);
        odd = new Odd();
    }

    function none() private pure returns (IVault.Call[] memory calls, bytes32[] memory others) {
        return (new IVault.Call[](0), new bytes32[](0));
    }

    function one(address target, bytes memory data) private pure returns (IVault.Call[] memory c) {
        c = new IVault.Call[](1);
        c[0] = IVault.Call(target, false, data);
    }

    function run(bytes32 op, bytes32 salt, uint256 fund, IVault.Call[] memory calls) private {
        (, bytes32[] memory others) = none();
        vm.prank(operator);
        vault.run(op, salt, fund, calls, others);
    }

    // ---- accounts ----

    function testFuzz_accountOf_isWhereItWillBe(bytes32 salt) public {
        address account = vault.accountOf(salt);
        vm.assertEq(account.code.length, 0);
        joy.mint(account, 5);
        (IVault.Call[] memory calls,) = none();
        vm.expectEmit();
        emit IVault.Ran("op", salt, account, 0);
        vm.expectEmit();
        emit IVault.Swept("op", salt, account, 5);
        run("op", salt, 0, calls);
        vm.assertGt(account.code.length, 0);
        vm.assertEq(IAccount(account).VAULT(), address(vault));
        vm.assertEq(joy.balanceOf(account), 0);
        vm.assertEq(joy.balanceOf(address(vault)), 10_005);
    }

    function test_account_takesTokensBeforeAndAfter() public {
        address account = vault.accountOf(ANNA);
        PlainAsset asset = new PlainAsset();
        asset.mint(address(this), 1);
        asset.mint(address(this), 2);
        asset.safeTransferFrom(address(this), account, 1);
        (IVault.Call[] memory calls,) = none();
        run("op", ANNA, 0, calls);
        asset.safeTransferFrom(address(this), account, 2);
        vm.assertEq(asset.ownerOf(1), account);
        vm.assertEq(asset.ownerOf(2), account);
        run(
            "give",
            ANNA,
            0,
            one(address(asset), abi.encodeCall(IERC721.transferFrom, (account, operator, 1)))
        );
        vm.assertEq(asset.ownerOf(1), operator);
    }

    function test_account_obeysTheVault() public {
        (IVault.Call[] memory calls,) = none();
        run("op", ANNA, 0, calls);
        IAccount account = IAccount(vault.accountOf(ANNA));
        vm.expectRevert(abi.encodeWithSelector(IAccount.NotVault.selector, operator));
        vm.prank(operator);
        account.execute(address(joy), "");
        IAccount implementation = IAccount(vault.ACCOUNT());
        vm.expectRevert(abi.encodeWithSelector(IAccount.NotVault.selector, address(this)));
        implementation.execute(address(joy), "");
        vm.deal(address(this), 1);
        (bool ok,) = address(account).call{value: 1}("");
        vm.assertFalse(ok);
    }

    // ---- run ----

    function test_run_isOnce() public {
        (IVault.Call[] memory calls, bytes32[] memory others) = none();
        run("op", ANNA, 0, calls);
        vm.assertTrue(vault.isDone("op"));
        bytes memory done = abi.encodeWithSelector(IVault.AlreadyDone.selector, bytes32("op"));
        vm.startPrank(operator);
        vm.expectRevert(done);
        vault.run("op", BERT, 0, calls, others);
        vm.expectRevert(done);
        vault.pay("op", operator, 1);
        vm.expectRevert(done);
        vault.anchor("op", 0);
        vm.stopPrank();
    }

    function test_run_isTheOperators() public {
        (IVault.Call[] memory calls, bytes32[] memory others) = none();
        bytes memory not = abi.encodeWithSelector(IVault.NotOperator.selector, address(this));
        vm.expectRevert(not);
        vault.run("op", ANNA, 0, calls, others);
        vm.expectRevert(not);
        vault.pay("op", address(this), 1);
        vm.expectRevert(not);
        vault.anchor("op", 0);
        vm.assertFalse(vault.isDone("op"));
    }

    function test_run_refusesTargets() public {
        address[3] memory bad = [address(vault), address(0), named("nobody")];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(abi.encodeWithSelector(IVault.BadTarget.selector, bad[i]));
            run("op", ANNA, 0, one(bad[i], ""));
        }
    }

    function test_run_refusesTooMuch() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.TooMany.selector, 33, 32));
        run("op", ANNA, 0, new IVault.Call[](33));
        (IVault.Call[] memory calls,) = none();
        vm.expectRevert(abi.encodeWithSelector(IVault.TooMany.selector, 17, 16));
        vm.prank(operator);
        vault.run("op", ANNA, 0, calls, new bytes32[](17));
        vm.expectRevert();
        run("op", ANNA, 10_001, calls);
    }

    function test_run_saysWhy() public {
        vm.expectRevert(abi.encodeWithSelector(Odd.Said.selector, 7));
        run("op", ANNA, 5, one(address(odd), abi.encodeCall(Odd.says, ())));
        vm.expectRevert(abi.encodeWithSelector(IVault.CallReverted.selector, 0));
        run("op", ANNA, 5, one(address(odd), abi.encodeCall(Odd.saysNothing, ())));
        vm.assertFalse(vault.isDone("op"));
        vm.assertEq(joy.balanceOf(address(vault)), 10_000);
        vm.assertEq(vault.accountOf(ANNA).code.length, 0);
    }

    function test_run_goesOnAfterWhatMayFail() public {
        IVault.Call[] memory calls = new IVault.Call[](2);
        calls[0] = IVault.Call(address(odd), true, abi.encodeCall(Odd.says, ()));
        calls[1] = IVault.Call(address(odd), true, abi.encodeCall(Odd.uses, (1)));
        vm.expectEmit();
        emit IVault.CallFailed("op", 0, abi.encodeWithSelector(Odd.Said.selector, 7));
        run("op", ANNA, 0, calls);
        vm.assertGt(odd.used(), 0);
    }

    /// Whatever gas it is given: all is done, or nothing.
    function testFuzz_run_doesNotFailForWantOfGas(uint256 gas) public {
        IVault.Call[] memory calls = new IVault.Call[](1);
        calls[0] = IVault.Call(address(odd), true, abi.encodeCall(Odd.uses, (500)));
        bytes memory data =
            abi.encodeCall(vault.run, (bytes32("op"), ANNA, 0, calls, new bytes32[](0)));
        vm.prank(operator);
        (bool ok,) = address(vault).call{gas: bound(gas, 100_000, 600_000)}(data);
        vm.assertEq(ok, odd.used() != 0);
    }

    function test_run_doesNotFailForWantOfGas_reachesBoth() public {
        uint256 snapshot = vm.snapshotState();
        testFuzz_run_doesNotFailForWantOfGas(80_000);
        vm.assertEq(odd.used(), 0);
        vm.revertToState(snapshot);
        testFuzz_run_doesNotFailForWantOfGas(500_000);
        vm.assertGt(odd.used(), 0);
    }

    function test_run_forbidsWhatWasLetTake() public {
        address account = vault.accountOf(ANNA);
        IVault.Call[] memory calls = new IVault.Call[](3);
        calls[0] =
            IVault.Call(address(joy), false, abi.encodeCall(IERC20.approve, (address(odd), 500)));
        calls[1] = IVault.Call(address(odd), false, abi.encodeCall(Odd.takes, (joy, 200)));
        // Too short to be an approval: nothing to undo, and the currency refuses it.
        calls[2] = IVault.Call(address(joy), true, abi.encodePacked(IERC20.approve.selector));
        run("op", ANNA, 500, calls);
        vm.assertEq(joy.allowance(account, address(odd)), 0);
        vm.assertEq(joy.balanceOf(address(odd)), 200);
        vm.assertEq(joy.balanceOf(account), 0);
        vm.assertEq(joy.balanceOf(address(vault)), 9800);
        vm.assertEq(vault.spentToday(), 200);
    }

    function test_run_countsWhatLeaves() public {
        address account = vault.accountOf(ANNA);
        joy.mint(account, 300);
        run("op", ANNA, 1000, one(address(joy), abi.encodeCall(IERC20.transfer, (operator, 400))));
        vm.assertEq(vault.spentToday(), 400);
        vm.assertEq(joy.balanceOf(address(vault)), 9900);
        vm.expectRevert(abi.encodeWithSelector(IVault.OverDailyLimit.selector, 1001, 1000));
        run("more", ANNA, 1000, one(address(joy), abi.encodeCall(IERC20.transfer, (operator, 601))));
        run("more", ANNA, 1000, one(address(joy), abi.encodeCall(IERC20.transfer, (operator, 600))));
    }

    function test_run_doesNotLetOthersPay() public {
        joy.mint(vault.accountOf(BERT), 5000);
        bytes32[] memory others = new bytes32[](1);
        others[0] = BERT;
        IVault.Call[] memory calls =
            one(address(joy), abi.encodeCall(IERC20.transfer, (operator, 1001)));
        vm.expectRevert(abi.encodeWithSelector(IVault.OverDailyLimit.selector, 1001, 1000));
        vm.prank(operator);
        vault.run("op", ANNA, 2000, calls, others);
    }

    function test_run_sweepsOthers() public {
        joy.mint(vault.accountOf(ANNA), 1);
        joy.mint(vault.accountOf(BERT), 20);
        bytes32[] memory others = new bytes32[](3);
        (others[0], others[1], others[2]) = (BERT, BERT, "carl");
        (IVault.Call[] memory calls,) = none();
        vm.prank(operator);
        vault.run("op", ANNA, 0, calls, others);
        vm.assertEq(joy.balanceOf(address(vault)), 10_021);
        vm.assertEq(vault.accountOf("carl").code.length, 0);
        vm.assertEq(vault.spentToday(), 0);
    }

    // ---- pay, anchor, admin ----

    function testFuzz_pay_isExact(uint256 amount) public {
        amount = bound(amount, 1, 1000);
        address to = named("to");
        vm.expectEmit();
        emit IVault.Paid("op", to, amount);
        vm.prank(operator);
        vault.pay("op", to, amount);
        vm.assertEq(joy.balanceOf(to), amount);
        vm.assertEq(joy.balanceOf(address(vault)), 10_000 - amount);
    }

    function test_pay_hasADay() public {
        vm.startPrank(operator);
        vault.pay("a", operator, 600);
        vm.expectRevert(abi.encodeWithSelector(IVault.OverDailyLimit.selector, 1001, 1000));
        vault.pay("b", operator, 401);
        vault.pay("b", operator, 400);
        vm.assertEq(vault.spentToday(), 1000);
        // UTC: the next day begins at a multiple of 86,400.
        vm.warp((block.timestamp / 1 days + 1) * 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.OverDailyLimit.selector, 1001, 1000));
        vault.pay("c", operator, 1);
        vm.warp(block.timestamp + 1);
        vm.assertEq(vault.spentToday(), 0);
        vault.pay("c", operator, 1000);
        vm.stopPrank();
    }

    function test_pay_refuses() public {
        address[3] memory bad = [address(0), address(vault), address(joy)];
        vm.startPrank(operator);
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(abi.encodeWithSelector(IVault.BadPayment.selector, bad[i], 1));
            vault.pay("op", bad[i], 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IVault.BadPayment.selector, operator, 0));
        vault.pay("op", operator, 0);
        vm.stopPrank();
    }

    function test_anchor_isTold() public {
        vm.expectEmit();
        emit IVault.Anchored("op", "root");
        vm.prank(operator);
        vault.anchor("op", "root");
        vm.assertTrue(vault.isDone("op"));
    }

    function test_admin_replacesKeyAndLimit() public {
        bytes memory not = abi.encodeWithSelector(IVault.NotAdmin.selector, operator);
        vm.startPrank(operator);
        vm.expectRevert(not);
        vault.setOperator(operator);
        vm.expectRevert(not);
        vault.setDailyLimit(1);
        vm.stopPrank();
        address next = named("next");
        vm.expectEmit();
        emit IVault.OperatorChanged(next);
        vault.setOperator(next);
        vm.expectEmit();
        emit IVault.DailyLimitChanged(2000);
        vault.setDailyLimit(2000);
        vm.expectRevert(abi.encodeWithSelector(IVault.NotOperator.selector, operator));
        vm.prank(operator);
        vault.pay("op", operator, 1);
        vm.prank(next);
        vault.pay("op", next, 2000);
    }

    function test_deployment_refuses() public {
        vm.expectRevert(IVault.BadSettings.selector);
        new Vault(address(0), operator, joy, 1);
        vm.expectRevert(IVault.BadSettings.selector);
        new Vault(address(this), operator, IERC20(operator), 1);
    }

    // ---- other currencies ----

    function over(PlainToken token) private returns (Vault other) {
        other = new Vault(address(this), operator, token, type(uint256).max);
        token.mint(address(other), 10_000);
    }

    function test_currency_thatKeepsAPart() public {
        Vault other = over(new FeeToken());
        (IVault.Call[] memory calls, bytes32[] memory others) = none();
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IVault.InexactTransfer.selector, 1000, 990));
        other.run("op", ANNA, 1000, calls, others);
        vm.expectRevert(abi.encodeWithSelector(IVault.InexactTransfer.selector, 1000, 990));
        other.pay("op", operator, 1000);
        vm.stopPrank();
    }

    function test_currency_thatSaysFalse() public {
        FalseToken token = new FalseToken();
        Vault other = over(token);
        token.mint(other.accountOf(ANNA), 7);
        token.setBroken(true);
        (IVault.Call[] memory calls, bytes32[] memory others) = none();
        vm.expectRevert(abi.encodeWithSelector(IVault.InexactTransfer.selector, 7, 0));
        vm.prank(operator);
        other.run("op", ANNA, 0, calls, others);
    }

    function test_currency_thatCallsBack() public {
        ReentrantToken token = new ReentrantToken();
        Vault other = over(token);
        (IVault.Call[] memory calls, bytes32[] memory others) = none();
        other.setOperator(address(token));
        token.arm(address(other), abi.encodeCall(other.run, ("in", ANNA, 1, calls, others)));
        vm.prank(address(token));
        other.pay("op", operator, 5);
        vm.assertFalse(token.hasEntered());
        vm.assertEq(token.balanceOf(operator), 5);
    }
}

/// @dev Members of a community that trade by one call each.
contract VaultTradeTest is Test {
    Vault private vault;
    PlainToken private joy;
    ModelMarket private market;
    LeaseEscrow private escrow;
    ModelRegistry private registry;
    IModelNFT private nft;
    address private operator;
    bytes32 private constant CREATOR = "creator";
    bytes32 private constant BUYER = "buyer";
    bytes32 private constant LESSEE = "lessee";
    uint256 private ops;

    function setUp() public {
        vm.warp(1_000_000);
        operator = named("operator");
        joy = new PlainToken();
        vault = new Vault(address(this), operator, joy, 1e24);
        joy.mint(address(vault), 1e24);
        market = new ModelMarket(address(vault), 250);
        escrow = new LeaseEscrow(address(vault), 250);
        registry = new ModelRegistry(vault.accountOf(0), market, escrow);
        nft = registry.NFT();
        IModelRegistry.Terms memory t;
        t.modelHash = "model";
        t.cid = "bafy";
        t.creator = vault.accountOf(CREATOR);
        t.royaltyBp = 500;
        t.currency = address(joy);
        t.price = 10_000;
        t.rent = IModelRegistry.Rent(3600, 3600, 1, 1 weeks);
        t.payees = new ISplitter.Payee[](2);
        t.payees[0] = ISplitter.Payee(t.creator, 8000);
        t.payees[1] = ISplitter.Payee(address(vault), 2000);
        IVault.Call[] memory calls = new IVault.Call[](1);
        calls[0] =
            IVault.Call(address(registry), false, abi.encodeCall(IModelRegistry.approve, (t)));
        run(0, 0, calls);
    }

    function run(bytes32 salt, uint256 fund, IVault.Call[] memory calls) private {
        vm.prank(operator);
        vault.run(bytes32(++ops), salt, fund, calls, new bytes32[](0));
    }

    function allowing(address spender, uint256 amount, bytes memory then)
        private
        view
        returns (IVault.Call[] memory calls)
    {
        calls = new IVault.Call[](2);
        calls[0] =
            IVault.Call(address(joy), false, abi.encodeCall(IERC20.approve, (spender, amount)));
        calls[1] = IVault.Call(spender, false, then);
    }

    function buy(bytes32 who, uint256 listing, uint256 price) private {
        bytes memory data = abi.encodeCall(
            IDirectListings.buyFromListing, (listing, vault.accountOf(who), 1, address(joy), price)
        );
        run(who, price, allowing(address(market), price, data));
    }

    function test_buy_isWhole() public {
        buy(BUYER, 0, 10_000);
        vm.assertEq(nft.ownerOf(1), vault.accountOf(BUYER));
        vm.assertEq(joy.balanceOf(registry.saleOf("model").splitter), 9750);
        vm.assertEq(joy.balanceOf(vault.accountOf(BUYER)), 0);
        // The fee is back in the pool; the rest has left it.
        vm.assertEq(vault.spentToday(), 9750);
        bytes memory late = abi.encodeCall(
            IDirectListings.buyFromListing, (0, vault.accountOf(LESSEE), 1, address(joy), 10_000)
        );
        vm.expectRevert(abi.encodeWithSelector(IModelMarket.NotListed.selector, 0));
        run(LESSEE, 10_000, allowing(address(market), 10_000, late));
        vm.assertEq(joy.balanceOf(address(vault)), 1e24 - 9750);
    }

    function test_resale_betweenMembers() public {
        buy(BUYER, 0, 10_000);
        IVault.Call[] memory calls = new IVault.Call[](2);
        calls[0] =
            IVault.Call(address(nft), false, abi.encodeCall(IERC721.approve, (address(market), 1)));
        calls[1] = IVault.Call(
            address(market),
            false,
            abi.encodeCall(
                IDirectListings.createListing,
                (IDirectListings.ListingParameters(
                        address(nft),
                        1,
                        1,
                        address(joy),
                        20_000,
                        uint128(block.timestamp - 60),
                        type(uint128).max,
                        false
                    ))
            )
        );
        run(BUYER, 0, calls);
        buy(LESSEE, 1, 20_000);
        vm.assertEq(nft.ownerOf(1), vault.accountOf(LESSEE));
        // Price, less 2.5 % fee and 5 % royalty, waits at the seller's account.
        vm.assertEq(joy.balanceOf(vault.accountOf(BUYER)), 18_500);
        uint256 before = joy.balanceOf(address(vault));
        run(BUYER, 0, new IVault.Call[](0));
        vm.assertEq(joy.balanceOf(address(vault)), before + 18_500);
    }

    function test_lease_andItsEnd() public {
        bytes memory data =
            abi.encodeCall(ILeaseEscrow.lease, (address(nft), 1, 1000, address(joy), 5000));
        run(LESSEE, 5000, allowing(address(escrow), 5000, data));
        address lessee = vault.accountOf(LESSEE);
        vm.assertEq(nft.userOf(1), lessee);
        vm.assertEq(vault.spentToday(), 1000);
        vm.warp(block.timestamp + 400);
        IVault.Call[] memory calls = new IVault.Call[](2);
        calls[0] = IVault.Call(
            address(escrow), false, abi.encodeCall(ILeaseEscrow.end, (address(nft), 1))
        );
        calls[1] = IVault.Call(
            address(escrow), true, abi.encodeCall(IPurse.withdraw, (address(joy), lessee))
        );
        vm.expectEmit();
        emit ILeaseEscrow.Ended(address(nft), 1, lessee, 1_000_000, 1_000_400, 600);
        run(LESSEE, 0, calls);
        vm.assertEq(nft.userOf(1), address(0));
        vm.assertEq(joy.balanceOf(address(vault)), 1e24 - 400);
    }

    function test_collect_takesWhatIsThere() public {
        buy(BUYER, 0, 10_000);
        address splitter = registry.saleOf("model").splitter;
        bytes32[] memory others = new bytes32[](2);
        (others[0], others[1]) = (CREATOR, BUYER);
        IVault.Call[] memory calls = new IVault.Call[](4);
        calls[0] = IVault.Call(
            address(escrow), true, abi.encodeCall(IPurse.withdraw, (address(joy), splitter))
        );
        calls[1] = IVault.Call(
            splitter,
            true,
            abi.encodeCall(ISplitter.release, (address(joy), vault.accountOf(CREATOR)))
        );
        calls[2] = IVault.Call(
            splitter,
            true,
            abi.encodeCall(ISplitter.release, (address(joy), vault.accountOf(BUYER)))
        );
        calls[3] = IVault.Call(
            splitter, true, abi.encodeCall(ISplitter.release, (address(joy), address(vault)))
        );
        vm.prank(operator);
        vault.run("collect", 0, 0, calls, others);
        vm.assertEq(joy.balanceOf(address(vault)), 1e24);
        vm.assertEq(joy.balanceOf(splitter), 0);
    }
}
