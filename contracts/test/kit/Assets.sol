// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4907} from "../../src/interfaces/IERC4907.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev An ERC-721 without royalties.
contract PlainAsset is ERC721 {
    constructor() ERC721("Plain", "PLAIN") {}

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}

/// @dev States a royalty as it pleases, and spoils answers on demand.
contract OddAsset is PlainAsset {
    enum Mood {
        HONEST,
        REVERTS,
        NONSENSE,
        BURNS_GAS,
        SHORT
    }

    Mood public mood;
    address public receiver;
    uint256 public royalty;

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    function setRoyalty(address to, uint256 amount) external {
        (receiver, royalty) = (to, amount);
    }

    function royaltyInfo(uint256, uint256) external view returns (address, uint256) {
        _spoil();
        return (receiver, royalty);
    }

    function ownerOf(uint256 tokenId) public view override returns (address) {
        _spoil();
        return super.ownerOf(tokenId);
    }

    function _spoil() private view {
        if (mood == Mood.REVERTS) revert("odd");
        if (mood == Mood.SHORT) {
            assembly {
                return(0, 7)
            }
        }
        if (mood == Mood.NONSENSE) {
            assembly {
                mstore(0, not(0))
                mstore(32, not(0))
                return(0, 64)
            }
        }
        if (mood == Mood.BURNS_GAS) {
            assembly {
                invalid()
            }
        }
    }
}

/// @dev A token whose users are one escrow's matter, as ModelNFT, but settles nothing by itself.
contract BoundAsset is PlainAsset {
    address public leaseEscrow;

    constructor(address escrow) {
        leaseEscrow = escrow;
    }

    function setUser(uint256 tokenId, address user, uint64 expires) external {
        emit IERC4907.UpdateUser(tokenId, user, expires);
    }
}

/// @dev A wallet that is a contract (ERC-1271) and takes the signatures of one key.
contract Wallet is IERC1271 {
    address private immutable KEY;

    constructor(address key) {
        KEY = key;
    }

    function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4) {
        return ECDSA.recover(hash, signature) == KEY ? bytes4(0x1626ba7e) : bytes4(0);
    }

    function run(address target, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory answer) = target.call(data);
        require(ok, string(answer));
        return answer;
    }
}
