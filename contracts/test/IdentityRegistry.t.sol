// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../src/IdentityRegistry.sol";
import {IERC5192} from "../src/interfaces/IERC5192.sol";
import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {Test} from "./kit/Test.sol";
import {vm} from "./kit/Vm.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// IdentityRegistry
/// ├── attest: by the owner, or so many of the signers; one wallet a person, one person a wallet
/// ├── bound: no transfer, no approval
/// ├── recover: to a new wallet; the number stays
/// ├── revoke: the person may come back, as who they were
/// ├── signatures: too few, doubled, unordered, of others, used, old
/// └── identityAt, countAt: what held then; nothing about now
contract IdentityRegistryTest is Test {
    bytes32 private constant ATTEST =
        keccak256("Attest(bytes32 person,address wallet,uint256 nonce,uint256 deadline)");
    bytes32 private constant RECOVER =
        keccak256("Recover(bytes32 person,address wallet,uint256 nonce,uint256 deadline)");
    bytes32 private constant REVOKE =
        keccak256("Revoke(bytes32 person,uint256 nonce,uint256 deadline)");

    IdentityRegistry private registry;
    uint256[3] private keys;
    address private ann;
    address private bob;

    function setUp() public {
        vm.warp(1_000_000);
        (ann, bob) = (named("ann"), named("bob"));
        keys = [uint256(11), 12, 13];
        for (uint256 i = 0; i < 3; i++) {
            for (uint256 j = 0; j + 1 < 3; j++) {
                if (vm.addr(keys[j]) > vm.addr(keys[j + 1])) {
                    (keys[j], keys[j + 1]) = (keys[j + 1], keys[j]);
                }
            }
        }
        address[] memory signers = new address[](3);
        for (uint256 i = 0; i < 3; i++) {
            signers[i] = vm.addr(keys[i]);
        }
        registry = new IdentityRegistry(address(this), signers, 2);
    }

    function sign(bytes32 structHash, uint256 first, uint256 second)
        private
        view
        returns (bytes[] memory signatures)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Stoa Identity Registry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", domain, structHash));
        signatures = new bytes[](2);
        signatures[0] = signed(first, digest);
        signatures[1] = signed(second, digest);
    }

    function attestation(bytes32 person, address wallet, uint256 nonce)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ATTEST, person, wallet, nonce, 2_000_000));
    }

    function test_attest_isTheOwners() public {
        vm.expectEmit();
        emit IIdentityRegistry.Attested(1, "ann", ann);
        vm.expectEmit();
        emit IERC5192.Locked(1);
        vm.assertEq(registry.attest("ann", ann), 1);
        vm.assertEq(registry.identityOf(ann), 1);
        vm.assertEq(registry.identityOfPerson("ann"), 1);
        vm.assertEq(registry.ownerOf(1), ann);
        vm.assertTrue(registry.locked(1));
        vm.prank(ann);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotOwner.selector, ann));
        registry.attest("bob", bob);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.PersonKnown.selector, 1));
        registry.attest("ann", bob);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletTaken.selector, 1));
        registry.attest("bob", ann);
        vm.expectRevert(IIdentityRegistry.BadIdentity.selector);
        registry.attest(0, bob);
        vm.expectRevert(IIdentityRegistry.BadIdentity.selector);
        registry.attest("bob", address(0));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 2));
        registry.locked(2);
    }

    function test_supportsInterface_byTheStandards() public view {
        vm.assertTrue(registry.supportsInterface(0xb45a3c0e));
        vm.assertTrue(registry.supportsInterface(0x80ac58cd));
        vm.assertTrue(registry.supportsInterface(0xda287a1d));
        vm.assertFalse(registry.supportsInterface(0xffffffff));
        vm.assertEq(registry.CLOCK_MODE(), "mode=timestamp");
    }

    function test_identity_isBound() public {
        registry.attest("ann", ann);
        bytes memory bound_ = abi.encodeWithSelector(IIdentityRegistry.Soulbound.selector);
        vm.startPrank(ann);
        vm.expectRevert(bound_);
        registry.transferFrom(ann, bob, 1);
        vm.expectRevert(bound_);
        registry.safeTransferFrom(ann, bob, 1);
        vm.expectRevert(bound_);
        registry.safeTransferFrom(ann, bob, 1, "");
        vm.expectRevert(bound_);
        registry.approve(bob, 1);
        vm.expectRevert(bound_);
        registry.setApprovalForAll(bob, true);
        vm.stopPrank();
    }

    // ---- by signatures ----

    function test_attestBySig_takesTwoOfThree() public {
        uint256[2][3] memory pairs = [[keys[0], keys[1]], [keys[0], keys[2]], [keys[1], keys[2]]];
        for (uint256 i = 0; i < 3; i++) {
            bytes32 person = bytes32(i + 1);
            address wallet = address(uint160(i + 1));
            bytes[] memory s = sign(attestation(person, wallet, 0), pairs[i][0], pairs[i][1]);
            vm.assertEq(registry.attestBySig(person, wallet, 2_000_000, s), i + 1);
        }
    }

    function test_attestBySig_refuses() public {
        bytes32 hash = attestation("ann", ann, 0);
        bytes[][6] memory wrong = [
            sign(hash, keys[0], keys[0]),
            sign(hash, keys[1], keys[0]),
            sign(hash, keys[0], 99),
            sign(attestation("ann", bob, 0), keys[0], keys[1]),
            sign(attestation("ann", ann, 1), keys[0], keys[1]),
            new bytes[](1)
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectRevert(IIdentityRegistry.BadSignatures.selector);
            registry.attestBySig("ann", ann, 2_000_000, wrong[i]);
        }
        bytes[] memory broken = sign(hash, keys[0], keys[1]);
        broken[1] = hex"00";
        vm.expectRevert(IIdentityRegistry.BadSignatures.selector);
        registry.attestBySig("ann", ann, 2_000_000, broken);
        bytes[] memory good = sign(hash, keys[0], keys[1]);
        vm.warp(2_000_001);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.Expired.selector, 2_000_000));
        registry.attestBySig("ann", ann, 2_000_000, good);
    }

    function test_signatures_countOnce() public {
        bytes[] memory s = sign(attestation("ann", ann, 0), keys[0], keys[1]);
        registry.attestBySig("ann", ann, 2_000_000, s);
        vm.assertEq(registry.nonceOf("ann"), 1);
        registry.revoke("ann");
        vm.expectRevert(IIdentityRegistry.BadSignatures.selector);
        registry.attestBySig("ann", ann, 2_000_000, s);
    }

    function test_recoverBySig_movesTheNumber() public {
        registry.attest("ann", ann);
        bytes[] memory s = sign(
            keccak256(abi.encode(RECOVER, bytes32("ann"), bob, 1, 2_000_000)), keys[0], keys[2]
        );
        vm.expectEmit();
        emit IIdentityRegistry.Recovered(1, ann, bob);
        registry.recoverBySig("ann", bob, 2_000_000, s);
        vm.assertEq(registry.identityOf(ann), 0);
        vm.assertEq(registry.identityOf(bob), 1);
        vm.assertEq(registry.ownerOf(1), bob);
    }

    function test_revokeBySig_endsIt() public {
        registry.attest("ann", ann);
        bytes[] memory s =
            sign(keccak256(abi.encode(REVOKE, bytes32("ann"), 1, 2_000_000)), keys[1], keys[2]);
        vm.expectEmit();
        emit IIdentityRegistry.Revoked(1, ann);
        registry.revokeBySig("ann", 2_000_000, s);
        vm.assertEq(registry.identityOf(ann), 0);
    }

    // ---- recover, revoke, signers by the owner ----

    function test_recover_refuses() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIdentityRegistry.PersonUnknown.selector, bytes32("ann"))
        );
        registry.recover("ann", bob);
        registry.attest("ann", ann);
        registry.attest("bob", bob);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletTaken.selector, 2));
        registry.recover("ann", bob);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotOwner.selector, bob));
        registry.recover("ann", bob);
        registry.recover("ann", named("new"));
        vm.assertEq(registry.ownerOf(1), named("new"));
    }

    function test_revoke_letsThePersonComeBack() public {
        registry.attest("ann", ann);
        registry.revoke("ann");
        vm.expectRevert(
            abi.encodeWithSelector(IIdentityRegistry.PersonUnknown.selector, bytes32("ann"))
        );
        registry.revoke("ann");
        vm.assertEq(registry.attest("ann", bob), 1);
        vm.assertEq(registry.attest("bob", ann), 2);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotOwner.selector, bob));
        registry.revoke("ann");
    }

    function test_setSigners_refuses() public {
        address[] memory two = new address[](2);
        (two[0], two[1]) = (address(2), address(1));
        vm.expectRevert(IIdentityRegistry.BadSigners.selector);
        registry.setSigners(two, 1);
        (two[0], two[1]) = (address(0), address(1));
        vm.expectRevert(IIdentityRegistry.BadSigners.selector);
        registry.setSigners(two, 1);
        (two[0], two[1]) = (address(1), address(2));
        vm.expectRevert(IIdentityRegistry.BadSigners.selector);
        registry.setSigners(two, 3);
        vm.expectRevert(IIdentityRegistry.BadSigners.selector);
        registry.setSigners(new address[](17), 1);
        vm.prank(ann);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotOwner.selector, ann));
        registry.setSigners(two, 1);
        registry.setSigners(two, 0);
        (address[] memory signers, uint256 threshold) = registry.getSigners();
        vm.assertEq(signers[1], address(2));
        vm.assertEq(threshold, 0);
        vm.expectRevert(IIdentityRegistry.BadSignatures.selector);
        registry.attestBySig("ann", ann, 2_000_000, new bytes[](0));
    }

    // ---- what held ----

    function test_identityAt_remembers() public {
        registry.attest("ann", ann);
        vm.warp(1_000_010);
        registry.recover("ann", bob);
        vm.warp(1_000_020);
        registry.revoke("ann");
        vm.warp(1_000_030);
        vm.assertEq(registry.identityAt(ann, 999_999), 0);
        vm.assertEq(registry.identityAt(ann, 1_000_009), 1);
        vm.assertEq(registry.identityAt(ann, 1_000_010), 0);
        vm.assertEq(registry.identityAt(bob, 1_000_019), 1);
        vm.assertEq(registry.identityAt(bob, 1_000_020), 0);
        vm.assertEq(registry.countAt(999_999), 0);
        vm.assertEq(registry.countAt(1_000_019), 1);
        vm.assertEq(registry.countAt(1_000_020), 0);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotPast.selector, 1_000_030));
        registry.identityAt(ann, 1_000_030);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotPast.selector, 1_000_030));
        registry.countAt(1_000_030);
    }
}
