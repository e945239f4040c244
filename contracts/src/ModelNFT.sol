// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CID_BYTES_MAX} from "./Limits.sol";
import {IERC4907} from "./interfaces/IERC4907.sol";
import {ILeaseEscrow, ILeasedAsset} from "./interfaces/ILeaseEscrow.sol";
import {IModelNFT} from "./interfaces/IModelNFT.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title ModelNFT
/// @notice See {IModelNFT}.
contract ModelNFT is ERC721, ERC2981, IModelNFT {
    /// @inheritdoc IModelNFT
    address public immutable REGISTRY;
    ILeaseEscrow private immutable ESCROW;

    /// @inheritdoc IModelNFT
    uint256 public totalSupply;
    /// @inheritdoc IModelNFT
    mapping(bytes32 modelHash => uint256) public tokenOf;
    /// @inheritdoc IModelNFT
    mapping(uint256 tokenId => bytes32) public modelHashOf;
    mapping(uint256 tokenId => string) private _cids;

    modifier onlyRegistry() {
        if (msg.sender != REGISTRY) revert NotRegistry(msg.sender);
        _;
    }

    /// @notice The registry makes it.
    /// @param registry who mints
    /// @param escrow who says who the user of a token is
    constructor(address registry, ILeaseEscrow escrow) ERC721("Stoa Model", "MODEL") {
        REGISTRY = registry;
        ESCROW = escrow;
    }

    /// @inheritdoc IModelNFT
    function mint(
        address to,
        bytes32 modelHash,
        string calldata cid,
        address royaltyReceiver,
        uint96 royaltyBp
    ) external onlyRegistry returns (uint256 tokenId) {
        if (tokenOf[modelHash] != 0) {
            revert AlreadyMinted(tokenOf[modelHash]);
        }
        _checkCid(cid);
        tokenId = ++totalSupply;
        tokenOf[modelHash] = tokenId;
        modelHashOf[tokenId] = modelHash;
        _cids[tokenId] = cid;
        _setTokenRoyalty(tokenId, royaltyReceiver, royaltyBp);
        emit ModelMinted(tokenId, modelHash, cid);
        _mint(to, tokenId);
    }

    /// @inheritdoc IModelNFT
    function setProvenance(uint256 tokenId, string calldata cid) external onlyRegistry {
        _requireOwned(tokenId);
        _checkCid(cid);
        _cids[tokenId] = cid;
        emit ProvenanceChanged(tokenId, cid);
        emit MetadataUpdate(tokenId);
    }

    /// @inheritdoc IERC4907
    /// @dev Nothing is kept: {userOf} asks the escrow. Here only the standard's event is told.
    function setUser(uint256 tokenId, address user, uint64 expires) external {
        if (msg.sender != address(ESCROW)) revert NotEscrow(msg.sender);
        emit UpdateUser(tokenId, user, expires);
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 tokenId) external view returns (address user) {
        return ESCROW.userOf(address(this), tokenId);
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 tokenId) external view returns (uint256 expires) {
        return ESCROW.userExpires(address(this), tokenId);
    }

    /// @inheritdoc ILeasedAsset
    function leaseEscrow() external view returns (address escrow) {
        return address(ESCROW);
    }

    /// @inheritdoc IModelNFT
    function provenanceOf(uint256 tokenId) public view returns (string memory cid) {
        _requireOwned(tokenId);
        return _cids[tokenId];
    }

    /// @inheritdoc IERC721Metadata
    function tokenURI(uint256 tokenId)
        public
        view
        override(ERC721, IERC721Metadata)
        returns (string memory)
    {
        return string.concat("ipfs://", provenanceOf(tokenId));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721, ERC2981, IERC165)
        returns (bool)
    {
        // ERC-4906 has events only; the standard gives its id.
        return interfaceId == bytes4(0x49064906) || interfaceId == type(IERC4907).interfaceId
            || super.supportsInterface(interfaceId);
    }

    /// @dev Rent up to now is the seller's, from now on the buyer's.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        returns (address from)
    {
        if (_ownerOf(tokenId) != address(0)) ESCROW.settle(address(this), tokenId);
        return super._update(to, tokenId, auth);
    }

    function _checkCid(string calldata cid) private pure {
        uint256 length = bytes(cid).length;
        if (length == 0 || length > CID_BYTES_MAX) revert BadCid(length);
    }
}
