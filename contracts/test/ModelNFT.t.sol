// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeaseEscrow} from "../src/LeaseEscrow.sol";
import {ModelNFT} from "../src/ModelNFT.sol";
import {IModelNFT} from "../src/interfaces/IModelNFT.sol";
import {Test} from "./kit/Test.sol";
import {vm} from "./kit/Vm.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// ModelNFT
/// ├── mint: by the registry, once per model, with a CID that fits
/// ├── setProvenance: by the registry; told by ERC-4906
/// └── supportsInterface: 721, metadata, 2981, 4906, 4907, 165
contract ModelNFTTest is Test {
    ModelNFT private nft;
    address private owner;

    function setUp() public {
        owner = named("owner");
        nft = new ModelNFT(address(this), new LeaseEscrow(owner, 0));
    }

    function test_mint_tellsAll() public {
        vm.expectEmit();
        emit IModelNFT.ModelMinted(1, "model", "bafy");
        vm.assertEq(nft.mint(owner, "model", "bafy", owner, 500), 1);
        vm.assertEq(nft.mint(owner, "second", "bafz", owner, 0), 2);
        vm.assertEq(nft.totalSupply(), 2);
        vm.assertEq(nft.tokenOf("second"), 2);
        vm.assertEq(nft.modelHashOf(1), bytes32("model"));
        vm.assertEq(nft.provenanceOf(1), "bafy");
        vm.assertEq(nft.tokenURI(1), "ipfs://bafy");
        vm.assertEq(nft.REGISTRY(), address(this));
        (address receiver, uint256 royalty) = nft.royaltyInfo(1, 10_000);
        vm.assertEq(receiver, owner);
        vm.assertEq(royalty, 500);
    }

    function test_mint_refuses() public {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.NotRegistry.selector, owner));
        nft.mint(owner, "model", "bafy", owner, 500);
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.BadCid.selector, 0));
        nft.mint(owner, "model", "", owner, 500);
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.BadCid.selector, 129));
        nft.mint(owner, "model", string(new bytes(129)), owner, 500);
        nft.mint(owner, "model", string(new bytes(128)), owner, 500);
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.AlreadyMinted.selector, 1));
        nft.mint(owner, "model", "bafy", owner, 500);
    }

    function test_setProvenance_isTold() public {
        nft.mint(owner, "model", "bafy", owner, 500);
        vm.expectEmit();
        emit IModelNFT.ProvenanceChanged(1, "bafz");
        vm.expectEmit();
        emit IERC4906.MetadataUpdate(1);
        nft.setProvenance(1, "bafz");
        vm.assertEq(nft.tokenURI(1), "ipfs://bafz");
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IModelNFT.NotRegistry.selector, owner));
        nft.setProvenance(1, "bafa");
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 2));
        nft.setProvenance(2, "bafa");
    }

    function test_supportsInterface_byTheStandards() public view {
        bytes4[6] memory ids = [
            bytes4(0x80ac58cd),
            bytes4(0x5b5e139f),
            bytes4(0x2a55205a),
            bytes4(0x49064906),
            bytes4(0xad092b5c),
            bytes4(0x01ffc9a7)
        ];
        for (uint256 i = 0; i < ids.length; i++) {
            vm.assertTrue(nft.supportsInterface(ids[i]));
        }
        vm.assertFalse(nft.supportsInterface(0xffffffff));
    }
}
