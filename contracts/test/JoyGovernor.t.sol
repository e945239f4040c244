// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {JoyGovernor} from "../src/JoyGovernor.sol";
import {ICountingQuadratic} from "../src/interfaces/ICountingQuadratic.sol";
import {IJoyGovernor, IProposalTypes} from "../src/interfaces/IJoyGovernor.sol";
import {Community} from "./kit/Community.sol";
import {vm} from "./kit/Vm.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// JoyGovernor
/// ├── propose: by members; the type's rule is fixed then
/// │   └── refused: unknown type, a call that its type does not allow, no member
/// ├── castVote
/// │   ├── one vote without params; votes, both sides, abstention with
/// │   ├── a new ballot replaces the old exactly, from any wallet of the person
/// │   ├── credits: one line for a round, whatever the proposals; as at its beginning
/// │   └── refused: no identity then, params that do not fit, too many, too dear, out of time
/// ├── by signature: nonces per proposal; of the extended kind as well
/// ├── quorum: people; reached late it moves the end, once
/// ├── result: more for than against, and above the threshold
/// ├── execute: through the timelock alone
/// └── settings: by proposals alone, within bounds
contract JoyGovernorTest is Community {
    uint256 private constant KEY = 0xA11CE;

    address private ann;
    address private bob;
    address private cid;
    uint256 private noted;

    function setUp() public {
        found(2000, 5000, 100);
        ann = vm.addr(KEY);
        identities.attest("ann", ann);
        bob = member(2);
        cid = member(3);
        vm.warp(block.timestamp + 1);
    }

    function note(uint256 value) external {
        require(msg.sender == address(timelock), "not the timelock");
        noted = value;
    }

    function call(address target, bytes memory data)
        private
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas)
    {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calldatas[0]) = (target, data);
    }

    function propose(address target, bytes memory data, string memory text)
        private
        returns (uint256)
    {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(target, data);
        vm.prank(bob);
        return governor.propose(t, v, c, text);
    }

    function begin(string memory text) private returns (uint256 id) {
        id = propose(address(this), abi.encodeCall(this.note, (7)), text);
        vm.warp(block.timestamp + DELAY + 1);
    }

    function vote(address voter, uint256 id, uint8 support, bytes memory params) private {
        vm.prank(voter);
        governor.castVoteWithReasonAndParams(id, support, "", params);
    }

    function refuse(address voter, uint256 id, uint8 support, bytes memory p, bytes memory why)
        private
    {
        vm.prank(voter);
        vm.expectRevert(why);
        governor.castVoteWithReasonAndParams(id, support, "", p);
    }

    function tally(uint256 id, uint256 f, uint256 a, uint256 abstaining, uint256 helping)
        private
        view
    {
        ICountingQuadratic.Tally memory t = governor.tallyOf(id);
        vm.assertEq(uint256(t.forVotes), f, "for");
        vm.assertEq(uint256(t.againstVotes), a, "against");
        vm.assertEq(uint256(t.abstaining), abstaining, "abstaining");
        vm.assertEq(uint256(t.helping), helping, "helping");
    }

    function spent(address wallet) private view returns (uint256) {
        uint256 round = governor.roundAt(block.timestamp);
        return governor.spentOf(identities.identityOf(wallet), round);
    }

    // ---- deployment ----

    function test_constructor_tellsItsModes() public view {
        vm.assertEq(governor.CLOCK_MODE(), "mode=timestamp");
        vm.assertEq(governor.COUNTING_MODE(), "support=bravo&quorum=for,abstain&params=quadratic");
        vm.assertEq(governor.name(), "Joy Governor");
        vm.assertEq(governor.votingDelay(), DELAY);
        vm.assertEq(governor.votingPeriod(), PERIOD);
        vm.assertEq(governor.proposalThreshold(), 1);
        vm.assertEq(governor.quorum(block.timestamp - 1), 1);
        vm.assertEq(governor.IDENTITIES(), address(identities));
        vm.assertEq(governor.timelock(), address(timelock));
        vm.assertEq(governor.getVotes(ann, block.timestamp - 1), 100);
        vm.assertEq(governor.getVotes(address(this), block.timestamp - 1), 0);
    }

    function test_constructor_refuses() public {
        JoyGovernor.Settings memory s = JoyGovernor.Settings(1, 10, 1, 1 days, 100);
        JoyGovernor.TypeRule[] memory none = new JoyGovernor.TypeRule[](0);
        JoyGovernor.TypeCall[] memory calls = new JoyGovernor.TypeCall[](0);
        vm.expectRevert(IProposalTypes.BadRule.selector);
        new JoyGovernor(identities, timelock, s, none, calls);
        s.credits = 0;
        vm.expectRevert(abi.encodeWithSelector(IJoyGovernor.BadCredits.selector, 0));
        new JoyGovernor(identities, timelock, s, none, calls);
        s.credits = 1_000_001;
        vm.expectRevert(abi.encodeWithSelector(IJoyGovernor.BadCredits.selector, 1_000_001));
        new JoyGovernor(identities, timelock, s, none, calls);
        uint256[2] memory rounds = [uint256(1 days - 1), 366 days + 1];
        for (uint256 i = 0; i < 2; i++) {
            s.roundSeconds = rounds[i];
            vm.expectRevert(
                abi.encodeWithSelector(IGovernor.GovernorInvalidVotingPeriod.selector, rounds[i])
            );
            new JoyGovernor(identities, timelock, s, none, calls);
        }
    }

    // ---- propose ----

    function test_propose_isTyped() public {
        vm.assertEq(uint256(governor.typeOf("#type=2 x")), 2);
        vm.assertEq(uint256(governor.typeOf("#type=255")), 255);
        vm.assertEq(uint256(governor.typeOf("#type=x")), 0);
        vm.assertEq(uint256(governor.typeOf("#type=")), 0);
        vm.assertEq(uint256(governor.typeOf(" #type=2")), 0);
        vm.expectRevert(abi.encodeWithSelector(IProposalTypes.UnknownType.selector, 256));
        governor.typeOf("#type=256");
        uint256 id = begin("#type=1 a model");
        ICountingQuadratic.Tally memory t = governor.tallyOf(id);
        vm.assertEq(uint256(t.quorumBp), 1000);
        vm.assertEq(uint256(t.thresholdBp), 6000);
    }

    function test_propose_refuses() public {
        (address[] memory t, uint256[] memory v, bytes[] memory c) =
            call(address(this), abi.encodeCall(this.note, (7)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, address(this), 0, 1
            )
        );
        governor.propose(t, v, c, "");
        vm.startPrank(ann);
        vm.expectRevert(abi.encodeWithSelector(IProposalTypes.UnknownType.selector, 9));
        governor.propose(t, v, c, "#type=9");
        v[0] = 1;
        bytes memory notAllowed = abi.encodeWithSelector(
            IProposalTypes.CallNotAllowed.selector, 1, address(this), this.note.selector
        );
        vm.expectRevert(notAllowed);
        governor.propose(t, v, c, "#type=1");
        v[0] = 0;
        c[0] = hex"012345";
        vm.expectRevert(
            abi.encodeWithSelector(
                IProposalTypes.CallNotAllowed.selector, 1, address(this), bytes4(hex"012345")
            )
        );
        governor.propose(t, v, c, "#type=1");
        (t[0], c[0]) = (address(identities), abi.encodeCall(this.note, (7)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IProposalTypes.CallNotAllowed.selector, 1, address(identities), this.note.selector
            )
        );
        governor.propose(t, v, c, "#type=1");
        vm.stopPrank();
        vm.assertTrue(governor.isAllowed(1, address(this), this.note.selector));
        vm.assertTrue(governor.ruleOf(1).isRestricted);
    }

    // ---- castVote ----

    function test_castVote_isOneVote() public {
        uint256 id = begin("x");
        vm.prank(ann);
        vm.assertEq(governor.castVote(id, 1), 1);
        vm.prank(bob);
        governor.castVoteWithReason(id, 0, "no");
        vm.prank(cid);
        vm.assertEq(governor.castVote(id, 2), 0);
        tally(id, 1, 1, 1, 2);
        vm.assertTrue(governor.hasVoted(id, ann));
        vm.assertFalse(governor.hasVoted(id, address(this)));
        vm.assertEq(spent(ann), 1);
        vm.assertEq(spent(cid), 0);
    }

    function test_castVote_replacesExactly() public {
        uint256 id = begin("x");
        vote(ann, id, 1, abi.encode(10));
        tally(id, 10, 0, 0, 1);
        vm.assertEq(spent(ann), 100);
        vote(ann, id, 255, abi.encode(6, 8));
        tally(id, 6, 8, 0, 1);
        vm.assertEq(spent(ann), 100);
        vote(ann, id, 0, abi.encode(3));
        tally(id, 0, 3, 0, 0);
        vote(ann, id, 2, "");
        tally(id, 0, 0, 1, 1);
        vm.assertEq(spent(ann), 0);
        vote(ann, id, 1, abi.encode(2));
        tally(id, 2, 0, 0, 1);
        vm.assertEq(spent(ann), 4);
        vm.assertEq(uint256(governor.tallyOf(id).voted), 1);
        vm.assertEq(uint256(governor.ballotOf(id, 1).forVotes), 2);
    }

    function test_castVote_isThePersons() public {
        uint256 id = begin("x");
        identities.recover("ann", named("new"));
        vm.warp(block.timestamp + 1);
        vote(ann, id, 1, abi.encode(5));
        address fresh = named("new");
        refuse(
            fresh, id, 1, "", abi.encodeWithSelector(ICountingQuadratic.NoIdentity.selector, fresh)
        );
        uint256 second = begin("y");
        vote(fresh, second, 1, abi.encode(8));
        vm.assertEq(spent(fresh), 25 + 64);
        refuse(
            fresh,
            second,
            1,
            abi.encode(9),
            abi.encodeWithSelector(ICountingQuadratic.NotEnoughCredits.selector, 81, 75)
        );
    }

    function test_castVote_hasOneLineForARound() public {
        uint256 first = begin("x");
        uint256 second = begin("y");
        vote(ann, first, 1, abi.encode(8));
        refuse(
            ann,
            second,
            1,
            abi.encode(7),
            abi.encodeWithSelector(ICountingQuadratic.NotEnoughCredits.selector, 49, 36)
        );
        vote(ann, second, 1, abi.encode(6));
        vm.assertEq(spent(ann), 100);
        vote(ann, first, 0, abi.encode(1));
        vote(ann, second, 255, abi.encode(9, 4));
        vm.assertEq(spent(ann), 98);
        vm.warp(block.timestamp + ROUND);
        uint256 third = begin("z");
        vote(ann, third, 1, abi.encode(10));
    }

    function test_castVote_refuses() public {
        uint256 id = begin("x");
        bytes memory bad = abi.encodeWithSelector(ICountingQuadratic.BadBallot.selector);
        refuse(ann, id, 1, abi.encode(0), bad);
        refuse(ann, id, 1, abi.encode(1, 1), bad);
        refuse(ann, id, 255, abi.encode(1), bad);
        refuse(ann, id, 255, abi.encode(0, 0), bad);
        refuse(ann, id, 2, abi.encode(1), bad);
        refuse(ann, id, 3, "", abi.encodeWithSelector(IGovernor.GovernorInvalidVoteType.selector));
        refuse(
            ann,
            id,
            1,
            abi.encode(1001),
            abi.encodeWithSelector(ICountingQuadratic.TooManyVotes.selector, 1001, 1000)
        );
        refuse(
            ann,
            id,
            255,
            abi.encode(1, type(uint256).max),
            abi.encodeWithSelector(
                ICountingQuadratic.TooManyVotes.selector, type(uint256).max, 1000
            )
        );
        refuse(
            ann,
            id,
            1,
            abi.encode(11),
            abi.encodeWithSelector(ICountingQuadratic.NotEnoughCredits.selector, 121, 100)
        );
        address late = member(4);
        vm.warp(block.timestamp + 1);
        refuse(
            late, id, 1, "", abi.encodeWithSelector(ICountingQuadratic.NoIdentity.selector, late)
        );
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.prank(ann);
        vm.expectRevert();
        governor.castVote(id, 1);
        tally(id, 0, 0, 0, 0);
    }

    // ---- by signature ----

    function ballotDigest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Joy Governor"),
                keccak256("1"),
                block.chainid,
                address(governor)
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    function test_castVoteBySig_countsOnce() public {
        uint256 id = begin("x");
        uint256 nonce = governor.nonces(ann, uint192(id));
        bytes memory s = signed(
            KEY, ballotDigest(keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, 1, ann, nonce)))
        );
        governor.castVoteBySig(id, 1, ann, s);
        tally(id, 1, 0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, ann));
        governor.castVoteBySig(id, 1, ann, s);
    }

    function test_castVoteWithReasonAndParamsBySig_carriesVotes() public {
        uint256 id = begin("x");
        bytes memory params = abi.encode(9);
        bytes memory s = signed(
            KEY,
            ballotDigest(
                keccak256(
                    abi.encode(
                        governor.EXTENDED_BALLOT_TYPEHASH(),
                        id,
                        1,
                        ann,
                        governor.nonces(ann),
                        keccak256("why"),
                        keccak256(params)
                    )
                )
            )
        );
        governor.castVoteWithReasonAndParamsBySig(id, 1, ann, "why", params, s);
        tally(id, 9, 0, 0, 1);
    }

    // ---- quorum and result ----

    function test_quorum_isOfPeople() public {
        for (uint256 i = 10; i < 18; i++) {
            member(i); // eleven: a fifth is three
        }
        vm.warp(block.timestamp + 1);
        uint256 id = begin("x");
        vm.assertEq(governor.quorum(block.timestamp - 1), 3);
        vote(ann, id, 1, abi.encode(9));
        vote(bob, id, 0, abi.encode(1));
        vote(cid, id, 2, "");
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated));
        uint256 second = begin("y");
        vote(ann, second, 1, "");
        vote(bob, second, 255, abi.encode(1, 1));
        vote(cid, second, 2, "");
        vm.warp(governor.proposalDeadline(second) + 1);
        vm.assertEq(uint256(governor.state(second)), uint256(IGovernor.ProposalState.Succeeded));
    }

    function test_quorum_lateMovesTheEndOnce() public {
        uint256 id = begin("x");
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline - 10);
        vote(ann, id, 1, "");
        vm.assertEq(governor.proposalDeadline(id), deadline - 10 + EXTENSION);
        vm.warp(deadline + 100);
        vote(ann, id, 0, "");
        vote(bob, id, 1, "");
        vm.assertEq(governor.proposalDeadline(id), deadline - 10 + EXTENSION);
    }

    function test_result_needsMoreThanTheThreshold() public {
        uint256 id = begin("#type=1 x");
        vote(ann, id, 1, abi.encode(6));
        vote(bob, id, 0, abi.encode(4));
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated));
        id = begin("#type=1 y");
        vote(ann, id, 1, abi.encode(7));
        vote(bob, id, 0, abi.encode(4));
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Succeeded));
    }

    // ---- execution ----

    function pass(address target, bytes memory data, string memory text) private {
        uint256 id = propose(target, data, text);
        vm.warp(block.timestamp + DELAY + 1);
        vote(ann, id, 1, "");
        vm.warp(governor.proposalDeadline(id) + 1);
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(target, data);
        governor.queue(t, v, c, keccak256(bytes(text)));
        vm.assertTrue(governor.proposalNeedsQueuing(id));
        vm.warp(block.timestamp + TIMELOCK);
        governor.execute(t, v, c, keccak256(bytes(text)));
        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Executed));
    }

    function test_execute_goesThroughTheTimelock() public {
        pass(address(this), abi.encodeCall(this.note, (42)), "#type=1 note");
        vm.assertEq(noted, 42);
    }

    function test_cancel_isTheProposersWhilePending() public {
        uint256 id = propose(address(this), abi.encodeCall(this.note, (7)), "x");
        (address[] memory t, uint256[] memory v, bytes[] memory c) =
            call(address(this), abi.encodeCall(this.note, (7)));
        vm.prank(bob);
        governor.cancel(t, v, c, keccak256("x"));
        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Canceled));
    }

    function test_settings_changeByProposals() public {
        bytes memory only =
            abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, address(this));
        IProposalTypes.Rule memory rule = IProposalTypes.Rule(true, true, 5000, 9000);
        vm.expectRevert(only);
        governor.setRule(2, rule);
        vm.expectRevert(only);
        governor.setAllowed(2, ann, 0, true);
        vm.expectRevert(only);
        governor.setCredits(5);
        pass(address(governor), abi.encodeCall(governor.setRule, (2, rule)), "a");
        vm.assertEq(uint256(governor.ruleOf(2).thresholdBp), 9000);
        pass(address(governor), abi.encodeCall(governor.setAllowed, (2, ann, 0, true)), "b");
        vm.assertTrue(governor.isAllowed(2, ann, 0));
        propose(ann, "", "#type=2 nothing");
        uint256 before = governor.roundAt(block.timestamp);
        pass(address(governor), abi.encodeCall(governor.setCredits, (400)), "#type=1 c");
        vm.assertEq(governor.creditsOf(before), 100);
        vm.warp(block.timestamp + ROUND);
        vm.assertEq(governor.creditsOf(governor.roundAt(block.timestamp)), 400);
    }

    function refuseRule(uint8 proposalType, IProposalTypes.Rule memory rule) private {
        bytes memory data = abi.encodeCall(governor.setRule, (proposalType, rule));
        string memory text = string(abi.encode(data));
        uint256 id = propose(address(governor), data, text);
        vm.warp(block.timestamp + DELAY + 1);
        vote(ann, id, 1, "");
        vm.warp(governor.proposalDeadline(id) + 1);
        (address[] memory t, uint256[] memory v, bytes[] memory c) = call(address(governor), data);
        governor.queue(t, v, c, keccak256(bytes(text)));
        vm.warp(block.timestamp + TIMELOCK);
        vm.expectRevert(IProposalTypes.BadRule.selector);
        governor.execute(t, v, c, keccak256(bytes(text)));
    }

    function test_setRule_cannotLockTheDoor() public {
        refuseRule(0, IProposalTypes.Rule(true, false, 5001, 5000));
        refuseRule(0, IProposalTypes.Rule(true, false, 5000, 9001));
        refuseRule(0, IProposalTypes.Rule(false, false, 5000, 5000));
        refuseRule(0, IProposalTypes.Rule(true, true, 5000, 5000));
    }
}
