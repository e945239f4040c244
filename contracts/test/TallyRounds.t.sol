// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICountingQuadratic} from "../src/interfaces/ICountingQuadratic.sol";
import {Community} from "./kit/Community.sol";
import {vm} from "./kit/Vm.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// The governor and the daemon count the same ballots: `make tally-rounds` writes what the daemon
/// says (tests/unit/governance/tally_rounds.c), each line a round of polls.
contract TallyRoundsTest is Community {
    string private constant FILE = "../build/contracts/tally_rounds.jsonl";

    /// @dev enum ballot_fault of services/governance/ballot.h, and 1.
    uint256 private constant OPTIONS_FEW = 2;
    uint256 private constant AMOUNT_LARGE = 8;
    uint256 private constant COST = 10;

    struct Cast {
        uint256[] poll;
        uint256[] voter;
        uint256[] abstains;
        uint256[] forVotes;
        uint256[] againstVotes;
        uint256[] fault;
        uint256[] found;
        uint256[] limit;
    }

    function test_rounds_countAsTheDaemonDoes() public {
        vm.assertTrue(vm.exists(FILE), "make tally-rounds");
        uint256 rounds = 0;
        for (string memory line = vm.readLine(FILE); bytes(line).length != 0; rounds++) {
            this.round(line); // a call of its own, and memory of its own
            line = vm.readLine(FILE);
        }
        vm.assertGt(rounds, 99);
    }

    function note(uint256) external pure {}

    function round(string calldata line) external {
        found(
            uint16(vm.parseJsonUint(line, ".quorum_bp")),
            uint16(vm.parseJsonUint(line, ".threshold_bp")),
            vm.parseJsonUint(line, ".credits")
        );
        uint256 eligible = vm.parseJsonUint(line, ".eligible");
        for (uint256 i = 0; i < eligible; i++) {
            member(i + 1);
        }
        vm.warp(block.timestamp + 1);
        uint256[] memory ids = new uint256[](vm.parseJsonUint(line, ".polls"));
        for (uint256 i = 0; i < ids.length; i++) {
            ids[i] = propose(i);
        }
        vm.warp(block.timestamp + DELAY + 1);
        castAll(ids, line);
        compare(ids, vm.parseJsonUintArray(line, ".results"));
    }

    function propose(uint256 number) private returns (uint256) {
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        (targets[0], calldatas[0]) = (address(this), abi.encodeCall(this.note, (number)));
        vm.prank(address(0x10001));
        return governor.propose(targets, new uint256[](1), calldatas, "");
    }

    function castAll(uint256[] memory ids, string calldata line) private {
        Cast memory c = Cast(
            vm.parseJsonUintArray(line, ".poll"),
            vm.parseJsonUintArray(line, ".voter"),
            vm.parseJsonUintArray(line, ".abstains"),
            vm.parseJsonUintArray(line, ".for"),
            vm.parseJsonUintArray(line, ".against"),
            vm.parseJsonUintArray(line, ".fault"),
            vm.parseJsonUintArray(line, ".found"),
            vm.parseJsonUintArray(line, ".limit")
        );
        for (uint256 i = 0; i < c.poll.length; i++) {
            bool abstains = c.abstains[i] == 1;
            bytes memory params =
                abstains ? bytes("") : abi.encode(c.forVotes[i], c.againstVotes[i]);
            vm.prank(address(uint160(0x10001 + c.voter[i])));
            if (c.fault[i] != 0) vm.expectRevert(reasonOf(c, i));
            governor.castVoteWithReasonAndParams(ids[c.poll[i]], abstains ? 2 : 255, "", params);
        }
    }

    function reasonOf(Cast memory c, uint256 i) private pure returns (bytes memory) {
        if (c.fault[i] == OPTIONS_FEW) {
            return abi.encodeWithSelector(ICountingQuadratic.BadBallot.selector);
        }
        if (c.fault[i] == AMOUNT_LARGE) {
            return abi.encodeWithSelector(
                ICountingQuadratic.TooManyVotes.selector, c.found[i], c.limit[i]
            );
        }
        vm.assertEq(c.fault[i], COST, "a fault that votes for and against cannot have");
        return abi.encodeWithSelector(
            ICountingQuadratic.NotEnoughCredits.selector, c.found[i], c.limit[i]
        );
    }

    /// @dev Seven numbers a poll.
    function compare(uint256[] memory ids, uint256[] memory results) private {
        for (uint256 i = 0; i < ids.length; i++) {
            ICountingQuadratic.Tally memory t = governor.tallyOf(ids[i]);
            vm.assertEq(uint256(t.forVotes), results[7 * i], "for");
            vm.assertEq(uint256(t.againstVotes), results[7 * i + 1], "against");
            vm.assertEq(uint256(t.voted), results[7 * i + 2], "voted");
            vm.assertEq(uint256(t.abstaining), results[7 * i + 3], "abstaining");
            vm.assertEq(uint256(t.helping), results[7 * i + 4], "helping");
            vm.warp(governor.proposalDeadline(ids[i]) + 1);
            bool succeeds = governor.state(ids[i]) == IGovernor.ProposalState.Succeeded;
            vm.assertEq(succeeds, results[7 * i + 5] == 1 && results[7 * i + 6] == 1, "result");
        }
    }
}
