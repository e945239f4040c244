// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {JoyGovernor} from "../../src/JoyGovernor.sol";
import {ICountingQuadratic} from "../../src/interfaces/ICountingQuadratic.sol";
import {Community} from "../kit/Community.sol";
import {Test} from "../kit/Test.sol";
import {vm} from "../kit/Vm.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @dev Four people come, go, lose wallets, propose and vote, over rounds. Every ballot that counts is
/// written down beside; what the governor counts is compared with that.
contract VotesHandler is Community {
    uint256 public constant PEOPLE = 4;

    struct Ballot {
        bool isCast;
        bool abstains;
        uint256 forVotes;
        uint256 againstVotes;
    }

    uint256[] public proposals;
    mapping(uint256 proposalId => mapping(uint256 identity => Ballot)) public ballots;
    mapping(uint256 person => address) public walletOf;
    mapping(uint256 proposalId => uint256) public deadlineMoves;
    mapping(uint256 proposalId => uint256) public lastDeadline;
    mapping(uint256 proposalId => uint256) public roundOf;
    uint256 private wallets;
    uint256 public casts;
    bool public isMoved;
    bool public isMiscounted;

    constructor() {
        found(2000, 5000, 100);
        for (uint256 i = 0; i < PEOPLE; i++) {
            join(i);
        }
        vm.warp(block.timestamp + 1);
    }

    function governance() external view returns (JoyGovernor) {
        return governor;
    }

    function registry() external view returns (IdentityRegistry) {
        return identities;
    }

    function count() external view returns (uint256) {
        return proposals.length;
    }

    function note(uint256) external pure {}

    function join(uint256 person) private {
        walletOf[person] = address(uint160(0x3000 + wallets++));
        identities.attest(bytes32(person + 1), walletOf[person]);
    }

    // ---- actions ----

    function warp(uint256 by) external {
        vm.warp(block.timestamp + bound(by, 1, 2 days));
        uint256 living = 0;
        for (uint256 i = 0; i < PEOPLE; i++) {
            if (identities.identityOf(walletOf[i]) != 0) living++;
        }
        isMiscounted = isMiscounted || identities.countAt(block.timestamp - 1) != living;
    }

    function recover(uint256 person) external {
        person %= PEOPLE;
        if (identities.identityOf(walletOf[person]) == 0) return;
        address wallet = address(uint160(0x3000 + wallets++));
        identities.recover(bytes32(person + 1), wallet);
        walletOf[person] = wallet;
    }

    function comeOrGo(uint256 person) external {
        person %= PEOPLE;
        if (identities.identityOf(walletOf[person]) == 0) join(person);
        else identities.revoke(bytes32(person + 1));
    }

    function propose(uint256 person) external {
        person %= PEOPLE;
        address wallet = walletOf[person];
        if (proposals.length >= 4) return;
        if (identities.identityAt(wallet, block.timestamp - 1) == 0) return;
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        targets[0] = address(this);
        calldatas[0] = abi.encodeCall(this.note, (proposals.length));
        vm.prank(wallet);
        uint256 id = governor.propose(targets, new uint256[](1), calldatas, "");
        proposals.push(id);
        lastDeadline[id] = governor.proposalDeadline(id);
        roundOf[id] = governor.roundAt(governor.proposalSnapshot(id));
    }

    function vote(uint256 which, uint256 person, uint256 f, uint256 a, bool abstains) external {
        if (proposals.length == 0) return;
        uint256 id = proposals[which % proposals.length];
        if (governor.state(id) != IGovernor.ProposalState.Active) return;
        address wallet = walletOf[person % PEOPLE];
        uint256 identity = identities.identityAt(wallet, governor.proposalSnapshot(id));
        (f, a) = (bound(f, 0, 11), bound(a, 0, 11));
        Ballot memory ballot = Ballot(true, abstains, abstains ? 0 : f, abstains ? 0 : a);
        bytes memory params = abstains ? bytes("") : abi.encode(f, a);
        Ballot memory old = ballots[id][identity];
        ballots[id][identity] = ballot;
        bool isGood =
            identity != 0 && (abstains || f + a > 0) && costOf(identity, roundOf[id]) <= 100;
        if (!isGood) {
            ballots[id][identity] = old;
            vm.expectRevert();
        }
        vm.prank(wallet);
        governor.castVoteWithReasonAndParams(id, abstains ? 2 : 255, "", params);
        if (isGood) casts++;
        follow(id);
    }

    /// What an identity's ballots of a round cost.
    function costOf(uint256 identity, uint256 round) public view returns (uint256 cost) {
        for (uint256 i = 0; i < proposals.length; i++) {
            if (roundOf[proposals[i]] != round) continue;
            Ballot storage b = ballots[proposals[i]][identity];
            cost += b.forVotes * b.forVotes + b.againstVotes * b.againstVotes;
        }
    }

    /// The deadline moves forward, and once.
    function follow(uint256 id) private {
        uint256 deadline = governor.proposalDeadline(id);
        if (deadline == lastDeadline[id]) return;
        isMoved = isMoved || deadline < lastDeadline[id] || deadlineMoves[id] != 0;
        deadlineMoves[id]++;
        lastDeadline[id] = deadline;
    }
}

/// Invariants of services/governance, on the chain: the budget is kept, totals are the sum of
/// ballots, only the last ballot counts.
contract VotesInvariantTest is Test {
    VotesHandler private h;
    address[] private targets;

    function setUp() public {
        h = new VotesHandler();
        targets.push(address(h));
    }

    function targetContracts() external view returns (address[] memory) {
        return targets;
    }

    /// All of it in one campaign: each looks after every call.
    function invariant_holds() external view {
        totalsAreTheSumOfBallots();
        budgetIsKept();
        onePersonOneIdentity();
    }

    function totalsAreTheSumOfBallots() private view {
        for (uint256 i = 0; i < h.count(); i++) {
            uint256 id = h.proposals(i);
            ICountingQuadratic.Tally memory t = h.governance().tallyOf(id);
            uint256[5] memory sums;
            for (uint256 identity = 1; identity <= h.PEOPLE(); identity++) {
                (bool isCast, bool abstains, uint256 f, uint256 a) = h.ballots(id, identity);
                sums[0] += f;
                sums[1] += a;
                sums[2] += isCast ? 1 : 0;
                sums[3] += abstains ? 1 : 0;
                sums[4] += abstains || f > 0 ? 1 : 0;
            }
            vm.assertEq(uint256(t.forVotes), sums[0], "for");
            vm.assertEq(uint256(t.againstVotes), sums[1], "against");
            vm.assertEq(uint256(t.voted), sums[2], "voted");
            vm.assertEq(uint256(t.abstaining), sums[3], "abstaining");
            vm.assertEq(uint256(t.helping), sums[4], "helping");
        }
        vm.assertFalse(h.isMoved(), "a deadline moved back or twice");
    }

    function budgetIsKept() private view {
        JoyGovernor governor = h.governance();
        uint256 last = 0;
        for (uint256 i = 0; i < h.count(); i++) {
            uint256 round = h.roundOf(h.proposals(i));
            if (round == last) continue;
            last = round;
            uint256 credits = governor.creditsOf(round);
            for (uint256 identity = 1; identity <= h.PEOPLE(); identity++) {
                uint256 spent = governor.spentOf(identity, round);
                vm.assertEq(spent, h.costOf(identity, round), "spent");
                vm.assertLe(spent, credits, "credits");
            }
        }
    }

    /// A person is one identity at most, and one wallet.
    function onePersonOneIdentity() private view {
        vm.assertFalse(h.isMiscounted(), "the electorate is not who lives");
        for (uint256 i = 0; i < h.PEOPLE(); i++) {
            uint256 identity = h.registry().identityOf(h.walletOf(i));
            if (identity == 0) continue;
            vm.assertEq(identity, h.registry().identityOfPerson(bytes32(i + 1)));
            vm.assertEq(h.registry().ownerOf(identity), h.walletOf(i));
        }
    }

    function test_handler_reachesAll() external {
        h.propose(0);
        h.warp(1 days + 1);
        h.vote(0, 0, 5, 0, false);
        h.vote(0, 1, 11, 11, false);
        h.vote(0, 2, 0, 0, true);
        h.comeOrGo(3);
        h.comeOrGo(3);
        h.recover(4);
        vm.assertEq(h.casts(), 2);
    }
}
