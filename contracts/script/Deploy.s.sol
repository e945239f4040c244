// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../src/IdentityRegistry.sol";
import {JoyGovernor} from "../src/JoyGovernor.sol";
import {JoyToken} from "../src/JoyToken.sol";
import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {ModelMarket} from "../src/ModelMarket.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Vault} from "../src/Vault.sol";
import {VoucherChannel} from "../src/VoucherChannel.sol";
import {IProposalTypes} from "../src/interfaces/IJoyGovernor.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {vm} from "../test/kit/Vm.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Deploy: all contracts of a community, in one go.
/// @notice Addresses follow from the code and what it is given (CREATE2): the same deployment has the
/// same addresses on every chain, and there is no second one of the same. Whoever deploys keeps no
/// right. What was deployed is written to a manifest, which a daemon compares with eth_getCode.
contract Deploy {
    /// @notice What a community chooses; see {settings} for the names of the environment.
    /// @param holder who gets all Joy
    /// @param supply of Joy in wei
    /// @param feeBp of market and leases
    /// @param signers who attest identities
    /// @param threshold how many of them it takes
    /// @param votingDelay seconds
    /// @param votingPeriod seconds
    /// @param lateExtension seconds
    /// @param roundSeconds of voice credits
    /// @param credits of each identity and round
    /// @param timelockSeconds between decision and execution
    /// @param operator whose key acts for members; zero: there is no vault
    /// @param dailyLimit of the Joy that leaves the vault in a UTC day, in wei
    struct Settings {
        address holder;
        uint256 supply;
        uint256 feeBp;
        address[] signers;
        uint256 threshold;
        uint48 votingDelay;
        uint32 votingPeriod;
        uint48 lateExtension;
        uint256 roundSeconds;
        uint256 credits;
        uint256 timelockSeconds;
        address operator;
        uint256 dailyLimit;
    }

    /// @notice What was deployed.
    struct Suite {
        TimelockController timelock;
        IdentityRegistry identities;
        JoyToken joy;
        ModelMarket market;
        LeaseEscrow escrow;
        VoucherChannel channels;
        ModelRegistry registry;
        JoyGovernor governor;
        Vault vault;
    }

    /// @dev Types of proposals, as services/governance/defaults.c begins with them.
    uint8 public constant STANDARD = 0;
    uint8 public constant FEATURE_REQUEST = 1;
    uint8 public constant MODEL_APPROVAL = 2;
    uint8 public constant PARAMETER = 3;
    uint8 public constant TREASURY = 4;

    bytes32 private constant SALT = "stoa";

    string private _manifest;

    /// @notice Deploys by the environment and writes the manifest.
    function run() external {
        Settings memory s = settings();
        vm.startBroadcast();
        Suite memory suite = deploy(s, msg.sender);
        vm.stopBroadcast();
        writeManifest(
            s, suite, msg.sender, vm.envOr("STOA_MANIFEST", "../build/contracts/manifest.json")
        );
    }

    /// @notice Settings of the environment, STOA_..., or what a test community has.
    /// @return s settings
    function settings() public view returns (Settings memory s) {
        s.holder = vm.envOr("STOA_HOLDER", msg.sender);
        s.supply = vm.envOr("STOA_SUPPLY", uint256(1e27));
        s.feeBp = vm.envOr("STOA_FEE_BP", uint256(250));
        s.signers = vm.envOr("STOA_SIGNERS", ",", new address[](0));
        s.threshold = vm.envOr("STOA_THRESHOLD", uint256(0));
        s.votingDelay = uint48(vm.envOr("STOA_VOTING_DELAY", uint256(1 days)));
        s.votingPeriod = uint32(vm.envOr("STOA_VOTING_PERIOD", uint256(5 days)));
        s.lateExtension = uint48(vm.envOr("STOA_LATE_EXTENSION", uint256(12 hours)));
        s.roundSeconds = vm.envOr("STOA_ROUND", uint256(30 days));
        s.credits = vm.envOr("STOA_CREDITS", uint256(100));
        s.timelockSeconds = vm.envOr("STOA_TIMELOCK", uint256(2 days));
        s.operator = vm.envOr("STOA_OPERATOR", address(0));
        s.dailyLimit = vm.envOr("STOA_DAILY_LIMIT", uint256(100_000 ether));
    }

    /// @notice Deploys all, hands the timelock to the governor and lets go of it. With a vault, what
    /// chat decides is approved by the vault's own account, and fees are the vault's.
    /// @param s what the community chose
    /// @param deployer who sends the transactions
    /// @return suite what was deployed
    function deploy(Settings memory s, address deployer) public returns (Suite memory suite) {
        suite.timelock = new TimelockController{salt: SALT}(
            s.timelockSeconds, new address[](0), new address[](1), deployer
        );
        address owner = address(suite.timelock);
        suite.identities = new IdentityRegistry{salt: SALT}(owner, s.signers, s.threshold);
        suite.joy = new JoyToken{salt: SALT}(s.holder, s.supply);
        if (s.operator != address(0)) {
            suite.vault = new Vault{salt: SALT}(owner, s.operator, suite.joy, s.dailyLimit);
        }
        suite.market = new ModelMarket{salt: SALT}(treasury(suite), s.feeBp);
        suite.escrow = new LeaseEscrow{salt: SALT}(treasury(suite), s.feeBp);
        suite.channels = new VoucherChannel{salt: SALT}();
        suite.registry = new ModelRegistry{salt: SALT}(approver(suite), suite.market, suite.escrow);
        suite.governor = new JoyGovernor{salt: SALT}(
            suite.identities, suite.timelock, governorSettings(s), rules(), calls(suite)
        );
        suite.timelock.grantRole(suite.timelock.PROPOSER_ROLE(), address(suite.governor));
        suite.timelock.grantRole(suite.timelock.CANCELLER_ROLE(), address(suite.governor));
        suite.timelock.renounceRole(suite.timelock.DEFAULT_ADMIN_ROLE(), deployer);
    }

    /// @notice Who gets the fees of market and leases.
    /// @param suite what was deployed
    /// @return account the vault, or the timelock where there is none
    function treasury(Suite memory suite) public pure returns (address account) {
        return hasVault(suite) ? address(suite.vault) : address(suite.timelock);
    }

    /// @notice Who approves models.
    /// @param suite what was deployed
    /// @return account the vault's own one, or the timelock where there is none
    function approver(Suite memory suite) public view returns (address account) {
        return hasVault(suite) ? suite.vault.accountOf(0) : address(suite.timelock);
    }

    function hasVault(Suite memory suite) private pure returns (bool) {
        return address(suite.vault) != address(0);
    }

    /// @notice The governor's part of the settings.
    /// @param s all
    /// @return settings_ the part
    function governorSettings(Settings memory s)
        public
        pure
        returns (JoyGovernor.Settings memory settings_)
    {
        return JoyGovernor.Settings(
            s.votingDelay, s.votingPeriod, s.lateExtension, s.roundSeconds, s.credits
        );
    }

    /// @notice Quorum and threshold of each type. Only the standard type may call anything, and it
    /// asks for most.
    /// @return list of types
    function rules() public pure returns (JoyGovernor.TypeRule[] memory list) {
        list = new JoyGovernor.TypeRule[](5);
        list[0] = JoyGovernor.TypeRule(STANDARD, IProposalTypes.Rule(true, false, 2000, 6000));
        list[1] = JoyGovernor.TypeRule(FEATURE_REQUEST, IProposalTypes.Rule(true, true, 500, 5000));
        list[2] = JoyGovernor.TypeRule(MODEL_APPROVAL, IProposalTypes.Rule(true, true, 1000, 5000));
        list[3] = JoyGovernor.TypeRule(PARAMETER, IProposalTypes.Rule(true, true, 1500, 6000));
        list[4] = JoyGovernor.TypeRule(TREASURY, IProposalTypes.Rule(true, true, 1500, 5000));
    }

    /// @notice What restricted types may call. A request calls nothing: the timelock takes an empty
    /// call. Where a vault's account approves models, the registry would refuse the timelock, and what
    /// it can change is the vault.
    /// @param suite what was deployed
    /// @return list of calls
    function calls(Suite memory suite) public pure returns (JoyGovernor.TypeCall[] memory list) {
        address self = address(0);
        list = new JoyGovernor.TypeCall[](hasVault(suite) ? 10 : 13);
        list[0] = JoyGovernor.TypeCall(FEATURE_REQUEST, address(suite.timelock), 0);
        list[1] = JoyGovernor.TypeCall(PARAMETER, self, JoyGovernor.setCredits.selector);
        list[2] = JoyGovernor.TypeCall(PARAMETER, self, GovernorSettings.setVotingDelay.selector);
        list[3] = JoyGovernor.TypeCall(PARAMETER, self, GovernorSettings.setVotingPeriod.selector);
        list[4] = JoyGovernor.TypeCall(
            PARAMETER, self, bytes4(keccak256("setLateQuorumVoteExtension(uint48)"))
        );
        list[5] =
            JoyGovernor.TypeCall(PARAMETER, self, GovernorSettings.setProposalThreshold.selector);
        list[6] = JoyGovernor.TypeCall(
            PARAMETER, address(suite.identities), IdentityRegistry.setSigners.selector
        );
        list[7] = JoyGovernor.TypeCall(TREASURY, address(suite.joy), IERC20.transfer.selector);
        if (hasVault(suite)) {
            address vault = address(suite.vault);
            list[8] = JoyGovernor.TypeCall(PARAMETER, vault, Vault.setOperator.selector);
            list[9] = JoyGovernor.TypeCall(PARAMETER, vault, Vault.setDailyLimit.selector);
            return list;
        }
        address registry = address(suite.registry);
        list[8] = JoyGovernor.TypeCall(MODEL_APPROVAL, registry, IModelRegistry.approve.selector);
        list[9] = JoyGovernor.TypeCall(MODEL_APPROVAL, registry, IModelRegistry.relist.selector);
        list[10] =
            JoyGovernor.TypeCall(MODEL_APPROVAL, registry, IModelRegistry.setProvenance.selector);
        list[11] = JoyGovernor.TypeCall(PARAMETER, registry, IModelRegistry.setMarket.selector);
        list[12] = JoyGovernor.TypeCall(TREASURY, registry, IModelRegistry.give.selector);
    }

    // ---- manifest ----

    /// @notice Writes what was deployed: the chain, and of each contract its address, the hash of its
    /// code, and the arguments of its constructor (ABI encoded).
    /// @param s what the community chose
    /// @param suite what was deployed
    /// @param deployer who sent the transactions
    /// @param path of the file
    function writeManifest(
        Settings memory s,
        Suite memory suite,
        address deployer,
        string memory path
    ) public {
        address owner = address(suite.timelock);
        entry(
            "TimelockController",
            owner,
            abi.encode(s.timelockSeconds, new address[](0), new address[](1), deployer)
        );
        entry(
            "IdentityRegistry", address(suite.identities), abi.encode(owner, s.signers, s.threshold)
        );
        entry("JoyToken", address(suite.joy), abi.encode(s.holder, s.supply));
        address fees = treasury(suite);
        entry("ModelMarket", address(suite.market), abi.encode(fees, s.feeBp));
        entry("LeaseEscrow", address(suite.escrow), abi.encode(fees, s.feeBp));
        entry("VoucherChannel", address(suite.channels), "");
        entry(
            "ModelRegistry",
            address(suite.registry),
            abi.encode(approver(suite), suite.market, suite.escrow)
        );
        entry("ModelNFT", address(suite.registry.NFT()), abi.encode(suite.registry, suite.escrow));
        entry("Splitter", suite.registry.SPLITTER(), "");
        entry(
            "JoyGovernor",
            address(suite.governor),
            abi.encode(suite.identities, suite.timelock, governorSettings(s), rules(), calls(suite))
        );
        if (hasVault(suite)) {
            entry(
                "Vault",
                address(suite.vault),
                abi.encode(owner, s.operator, suite.joy, s.dailyLimit)
            );
            entry("Account", suite.vault.ACCOUNT(), "");
        }
        vm.serializeUint("manifest", "chain", block.chainid);
        vm.writeJson(vm.serializeString("manifest", "contracts", _manifest), path);
    }

    function entry(string memory name, address at_, bytes memory arguments) private {
        vm.serializeAddress(name, "address", at_);
        vm.serializeBytes32(name, "codeHash", at_.codehash);
        _manifest = vm.serializeString(
            "contracts", name, vm.serializeBytes(name, "constructorArguments", arguments)
        );
    }
}
