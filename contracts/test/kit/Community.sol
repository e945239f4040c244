// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {JoyGovernor} from "../../src/JoyGovernor.sol";
import {IProposalTypes} from "../../src/interfaces/IJoyGovernor.sol";
import {Test} from "./Test.sol";
import {vm} from "./Vm.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @dev Members who vote: an identity registry, a timelock and a governor that may propose to it.
abstract contract Community is Test {
    uint256 internal constant DELAY = 1 days;
    uint256 internal constant PERIOD = 5 days;
    uint256 internal constant EXTENSION = 12 hours;
    uint256 internal constant ROUND = 30 days;
    uint256 internal constant TIMELOCK = 2 days;

    IdentityRegistry internal identities;
    TimelockController internal timelock;
    JoyGovernor internal governor;

    /// @dev 1: MODEL_APPROVAL, restricted to one call of this contract, quorum 10 %.
    function found(uint16 quorumBp, uint16 thresholdBp, uint256 credits) internal {
        vm.warp(100 * ROUND);
        identities = new IdentityRegistry(address(this), new address[](0), 0);
        timelock =
            new TimelockController(TIMELOCK, new address[](0), new address[](1), address(this));
        JoyGovernor.TypeRule[] memory rules = new JoyGovernor.TypeRule[](2);
        rules[0] = JoyGovernor.TypeRule(0, IProposalTypes.Rule(true, false, quorumBp, thresholdBp));
        rules[1] = JoyGovernor.TypeRule(1, IProposalTypes.Rule(true, true, 1000, 6000));
        JoyGovernor.TypeCall[] memory calls = new JoyGovernor.TypeCall[](2);
        calls[0] = JoyGovernor.TypeCall(1, address(this), bytes4(keccak256("note(uint256)")));
        calls[1] = JoyGovernor.TypeCall(1, address(0), JoyGovernor.setCredits.selector);
        governor = new JoyGovernor(
            identities,
            timelock,
            JoyGovernor.Settings(uint48(DELAY), uint32(PERIOD), uint48(EXTENSION), ROUND, credits),
            rules,
            calls
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
    }

    function member(uint256 number) internal returns (address wallet) {
        wallet = address(uint160(0x10000 + number));
        identities.attest(bytes32(number), wallet);
    }
}
