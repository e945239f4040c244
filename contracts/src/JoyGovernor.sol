// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CountingQuadratic} from "./CountingQuadratic.sol";
import {BP, CREDITS_MAX} from "./Limits.sol";
import {ProposalTypes} from "./ProposalTypes.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";
import {IJoyGovernor} from "./interfaces/IJoyGovernor.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorNoncesKeyed
} from "@openzeppelin/contracts/governance/extensions/GovernorNoncesKeyed.sol";
import {
    GovernorPreventLateQuorum
} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {
    GovernorTimelockControl
} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title JoyGovernor
/// @notice See {IJoyGovernor}.
contract JoyGovernor is
    Governor,
    GovernorSettings,
    GovernorPreventLateQuorum,
    GovernorNoncesKeyed,
    GovernorTimelockControl,
    CountingQuadratic,
    ProposalTypes,
    IJoyGovernor
{
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @notice What a deployment sets.
    /// @param votingDelay seconds from proposal to vote
    /// @param votingPeriod seconds of a vote
    /// @param lateExtension seconds that a vote lasts at least after its quorum is reached
    /// @param roundSeconds how long a line of credits lasts
    /// @param credits of each identity and round
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint48 lateExtension;
        uint256 roundSeconds;
        uint256 credits;
    }

    /// @notice A type of proposal that a deployment begins with.
    /// @param proposalType its number
    /// @param rule its rule
    struct TypeRule {
        uint8 proposalType;
        Rule rule;
    }

    /// @notice A call that a restricted type may make from the beginning.
    /// @param proposalType its number
    /// @param target whom to call; zero: this governor
    /// @param selector the function
    struct TypeCall {
        uint8 proposalType;
        address target;
        bytes4 selector;
    }

    IIdentityRegistry private immutable REGISTRY;
    Checkpoints.Trace208 private _credits;

    /// @notice One member may propose: the threshold is one voice credit.
    /// @param registry whose members vote
    /// @param timelock carries out what was decided
    /// @param settings see {Settings}
    /// @param rules types of proposals; type 0 must be among them
    /// @param calls what restricted types may call
    constructor(
        IIdentityRegistry registry,
        TimelockController timelock,
        Settings memory settings,
        TypeRule[] memory rules,
        TypeCall[] memory calls
    )
        Governor("Joy Governor")
        GovernorSettings(settings.votingDelay, settings.votingPeriod, 1)
        GovernorPreventLateQuorum(settings.lateExtension)
        GovernorTimelockControl(timelock)
        CountingQuadratic(settings.roundSeconds)
    {
        REGISTRY = registry;
        // The first credits hold for rounds that began before this contract.
        _checkCredits(settings.credits);
        _credits.push(0, settings.credits.toUint208());
        emit CreditsSet(settings.credits);
        bool hasStandard = false;
        for (uint256 i = 0; i < rules.length; i++) {
            _setRuleOf(rules[i].proposalType, rules[i].rule);
            hasStandard = hasStandard || rules[i].proposalType == 0;
        }
        if (!hasStandard) revert BadRule();
        for (uint256 i = 0; i < calls.length; i++) {
            address target = calls[i].target == address(0) ? address(this) : calls[i].target;
            _setAllowed(calls[i].proposalType, target, calls[i].selector, true);
        }
    }

    /// @inheritdoc IJoyGovernor
    function setCredits(uint256 credits) external onlyGovernance {
        _checkCredits(credits);
        _credits.push(clock(), credits.toUint208());
        emit CreditsSet(credits);
    }

    /// @inheritdoc IJoyGovernor
    // forge-lint: disable-next-line(mixed-case-function)
    function IDENTITIES() external view returns (address registry) {
        return address(REGISTRY);
    }

    /// @inheritdoc IERC6372
    function clock() public view override(Governor, IERC6372) returns (uint48) {
        return Time.timestamp();
    }

    /// @inheritdoc IERC6372
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() public pure override(Governor, IERC6372) returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc IGovernor
    /// @dev For proposals of type 0, in people: those that must abstain or vote for. Others: see
    /// {ruleOf}.
    function quorum(uint256 timepoint) public view override(Governor, IGovernor) returns (uint256) {
        uint256 need = this.ruleOf(0).quorumBp * _eligibleAt(timepoint);
        return (need + BP - 1) / BP;
    }

    /// @inheritdoc IGovernor
    function state(uint256 proposalId)
        public
        view
        override(Governor, IGovernor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(proposalId);
    }

    /// @inheritdoc IGovernor
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, IGovernor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc IGovernor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, IGovernor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc IGovernor
    function votingDelay()
        public
        view
        override(Governor, IGovernor, GovernorSettings)
        returns (uint256)
    {
        return super.votingDelay();
    }

    /// @inheritdoc IGovernor
    function votingPeriod()
        public
        view
        override(Governor, IGovernor, GovernorSettings)
        returns (uint256)
    {
        return super.votingPeriod();
    }

    /// @inheritdoc IGovernor
    function proposalThreshold()
        public
        view
        override(Governor, IGovernor, GovernorSettings)
        returns (uint256)
    {
        return super.proposalThreshold();
    }

    // ---- the modules' questions ----

    /// @inheritdoc Governor
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        (uint8 proposalType, Rule memory rule) = _checkType(targets, values, calldatas, description);
        _setRule(proposalId, rule.quorumBp, rule.thresholdBp);
        emit ProposalTyped(proposalId, proposalType, rule.quorumBp, rule.thresholdBp);
    }

    /// @inheritdoc CountingQuadratic
    function _identityAt(address account, uint256 timepoint)
        internal
        view
        override
        returns (uint256)
    {
        return REGISTRY.identityAt(account, timepoint);
    }

    /// @inheritdoc CountingQuadratic
    function _eligibleAt(uint256 timepoint) internal view override returns (uint256) {
        return REGISTRY.countAt(timepoint);
    }

    /// @inheritdoc CountingQuadratic
    function _creditsAt(uint256 timepoint) internal view override returns (uint256) {
        return _credits.upperLookupRecent(timepoint.toUint48());
    }

    function _checkCredits(uint256 credits) private pure {
        if (credits == 0 || credits > CREDITS_MAX) revert BadCredits(credits);
    }

    // ---- modules that say the same thing twice ----

    function _tallyUpdated(uint256 proposalId)
        internal
        override(Governor, GovernorPreventLateQuorum)
    {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor()
        internal
        view
        override(Governor, GovernorTimelockControl)
        returns (address)
    {
        return super._executor();
    }

    function _useCheckedNonce(address owner, uint256 nonce)
        internal
        override(Nonces, GovernorNoncesKeyed)
    {
        super._useCheckedNonce(owner, nonce);
    }

    function _validateVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        bytes memory signature
    ) internal override(Governor, GovernorNoncesKeyed) returns (bool) {
        return super._validateVoteSig(proposalId, support, voter, signature);
    }

    function _validateExtendedVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory params,
        bytes memory signature
    ) internal override(Governor, GovernorNoncesKeyed) returns (bool) {
        return super._validateExtendedVoteSig(proposalId, support, voter, reason, params, signature);
    }
}
