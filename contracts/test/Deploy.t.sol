// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deploy} from "../script/Deploy.s.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ISplitter} from "../src/interfaces/ISplitter.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Test} from "./kit/Test.sol";
import {vm} from "./kit/Vm.sol";

/// @dev What both deployments share.
abstract contract Deployment is Test {
    Deploy internal script;
    Deploy.Settings internal settings;
    Deploy.Suite internal suite;
    uint256 internal constant KEY = 11;

    function deployFor(address operator) internal {
        vm.warp(1_800_000_000);
        script = new Deploy();
        settings = script.settings();
        settings.holder = named("holder");
        settings.signers.push(vm.addr(KEY));
        settings.threshold = 1;
        settings.operator = operator;
        vm.startPrank(address(script));
        suite = script.deploy(settings, address(script));
        vm.stopPrank();
    }

    function manifest(string memory path) internal returns (string memory json) {
        script.writeManifest(settings, suite, address(script), path);
        return vm.readFile(path);
    }

    function isThere(string memory json, string memory name)
        internal
        view
        returns (address account)
    {
        string memory key = string.concat(".contracts.", name);
        account = vm.parseJsonAddress(json, string.concat(key, ".address"));
        vm.assertGt(account.code.length, 0);
        vm.assertEq(vm.parseJsonBytes32(json, string.concat(key, ".codeHash")), account.codehash);
    }
}

/// A deployment
/// ├── leaves every right with the timelock, and the timelock with the governor
/// ├── has addresses that follow from what it is given
/// ├── writes a manifest of what is there
/// └── carries a model from a proposal to the market
contract DeployTest is Deployment {
    function setUp() public {
        deployFor(address(0));
    }

    function test_deploy_leavesNoRight() public view {
        bytes32[4] memory roles = [
            suite.timelock.DEFAULT_ADMIN_ROLE(),
            suite.timelock.PROPOSER_ROLE(),
            suite.timelock.CANCELLER_ROLE(),
            suite.timelock.EXECUTOR_ROLE()
        ];
        address[3] memory others = [address(script), address(this), settings.holder];
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 j = 0; j < 3; j++) {
                vm.assertFalse(suite.timelock.hasRole(roles[i], others[j]));
            }
        }
        vm.assertTrue(suite.timelock.hasRole(roles[0], address(suite.timelock)));
        vm.assertFalse(suite.timelock.hasRole(roles[0], address(suite.governor)));
        vm.assertTrue(suite.timelock.hasRole(roles[1], address(suite.governor)));
        vm.assertTrue(suite.timelock.hasRole(roles[2], address(suite.governor)));
        vm.assertTrue(suite.timelock.hasRole(roles[3], address(0)));
        vm.assertEq(suite.timelock.getMinDelay(), 2 days);
        vm.assertEq(suite.identities.OWNER(), address(suite.timelock));
        vm.assertEq(suite.registry.APPROVER(), address(suite.timelock));
        vm.assertEq(suite.market.TREASURY(), address(suite.timelock));
        vm.assertEq(suite.escrow.TREASURY(), address(suite.timelock));
        vm.assertEq(suite.governor.timelock(), address(suite.timelock));
        vm.assertEq(suite.joy.balanceOf(settings.holder), 1e27);
    }

    function test_deploy_isDeterministic() public {
        // The factory of CREATE2 refuses the same once more.
        vm.startPrank(address(script));
        vm.expectRevert();
        script.deploy(settings, address(script));
        vm.stopPrank();
    }

    function test_writeManifest_saysWhatIsThere() public {
        string memory json = manifest("../build/contracts/manifest-test.json");
        vm.assertEq(vm.parseJsonUint(json, ".chain"), block.chainid);
        string[10] memory names = [
            "TimelockController",
            "IdentityRegistry",
            "JoyToken",
            "ModelMarket",
            "LeaseEscrow",
            "VoucherChannel",
            "ModelRegistry",
            "ModelNFT",
            "Splitter",
            "JoyGovernor"
        ];
        for (uint256 i = 0; i < names.length; i++) {
            isThere(json, names[i]);
        }
        vm.assertEq(
            vm.parseJsonBytes(json, ".contracts.JoyToken.constructorArguments"),
            abi.encode(settings.holder, 1e27)
        );
        vm.assertEq(
            vm.parseJsonAddress(json, ".contracts.ModelNFT.address"), address(suite.registry.NFT())
        );
    }

    function test_deployment_carriesAModelToTheMarket() public {
        address member = named("member");
        join(member);
        IModelRegistry.Terms memory t;
        t.modelHash = "model";
        t.cid = "bafy";
        t.creator = member;
        t.currency = address(suite.joy);
        t.price = 1e18;
        t.payees = new ISplitter.Payee[](1);
        t.payees[0] = ISplitter.Payee(member, 10_000);
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        targets[0] = address(suite.registry);
        calldatas[0] = abi.encodeCall(IModelRegistry.approve, (t));
        string memory text = "#type=2 our first model";
        vm.warp(block.timestamp + 1);
        vm.prank(member);
        uint256 id = suite.governor.propose(targets, new uint256[](1), calldatas, text);
        vm.warp(block.timestamp + 1 days + 1);
        vm.prank(member);
        suite.governor.castVote(id, 1);
        vm.warp(suite.governor.proposalDeadline(id) + 1);
        suite.governor.queue(targets, new uint256[](1), calldatas, keccak256(bytes(text)));
        vm.warp(block.timestamp + 2 days);
        suite.governor.execute(targets, new uint256[](1), calldatas, keccak256(bytes(text)));
        vm.assertEq(suite.market.getAllValidListings(0, 0)[0].pricePerToken, 1e18);
    }

    function test_request_callsNothing() public {
        address member = named("member");
        join(member);
        vm.warp(block.timestamp + 1);
        address[] memory targets = new address[](1);
        targets[0] = address(suite.timelock);
        vm.prank(member);
        suite.governor.propose(targets, new uint256[](1), new bytes[](1), "#type=1 more light");
    }

    /// @dev By the signer's attestation.
    function join(address member) private {
        (,,,, address self,,) = suite.identities.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Stoa Identity Registry"),
                keccak256("1"),
                block.chainid,
                self
            )
        );
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Attest(bytes32 person,address wallet,uint256 nonce,uint256 deadline)"),
                bytes32("member"),
                member,
                uint256(0),
                type(uint256).max
            )
        );
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = signed(KEY, keccak256(abi.encodePacked("\x19\x01", domain, hash)));
        suite.identities.attestBySig("member", member, type(uint256).max, signatures);
    }
}

/// A deployment with an operator
/// ├── has a vault of the timelock, whose own account approves, and who gets the fees
/// ├── lets the governor replace key and limit, and call no registry that would refuse it
/// └── says so in the manifest
contract DeployVaultTest is Deployment {
    function setUp() public {
        deployFor(named("operator"));
    }

    function test_deploy_withAVault() public view {
        vm.assertEq(suite.vault.ADMIN(), address(suite.timelock));
        vm.assertEq(suite.vault.operator(), settings.operator);
        vm.assertEq(suite.vault.dailyLimit(), 100_000 ether);
        vm.assertEq(address(suite.vault.JOY()), address(suite.joy));
        vm.assertEq(suite.registry.APPROVER(), suite.vault.accountOf(0));
        vm.assertEq(suite.market.TREASURY(), address(suite.vault));
        vm.assertEq(suite.escrow.TREASURY(), address(suite.vault));
        vm.assertFalse(suite.timelock.hasRole(0, settings.operator));
        vm.assertFalse(suite.timelock.hasRole(suite.timelock.PROPOSER_ROLE(), settings.operator));
    }

    function test_deploy_letsTheGovernorReplaceTheKey() public view {
        address vault = address(suite.vault);
        vm.assertTrue(
            suite.governor.isAllowed(script.PARAMETER(), vault, IVault.setOperator.selector)
        );
        vm.assertTrue(
            suite.governor.isAllowed(script.PARAMETER(), vault, IVault.setDailyLimit.selector)
        );
        vm.assertFalse(
            suite.governor
                .isAllowed(
                    script.MODEL_APPROVAL(),
                    address(suite.registry),
                    IModelRegistry.approve.selector
                )
        );
    }

    function test_writeManifest_hasTheVault() public {
        string memory json = manifest("../build/contracts/manifest-vault-test.json");
        vm.assertEq(isThere(json, "Vault"), address(suite.vault));
        vm.assertEq(isThere(json, "Account"), suite.vault.ACCOUNT());
        vm.assertEq(
            vm.parseJsonBytes(json, ".contracts.Vault.constructorArguments"),
            abi.encode(suite.timelock, settings.operator, suite.joy, 100_000 ether)
        );
        vm.assertEq(
            vm.parseJsonBytes(json, ".contracts.ModelMarket.constructorArguments"),
            abi.encode(suite.vault, settings.feeBp)
        );
        vm.assertEq(
            vm.parseJsonBytes(json, ".contracts.ModelRegistry.constructorArguments"),
            abi.encode(suite.vault.accountOf(0), suite.market, suite.escrow)
        );
    }
}
